"""Saved pages: each gives its own lines, and nothing that it links to is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crawler.archive.changes import PageSeen
from crawler.discuz import urls
from crawler.discuz.facts import Message, Page, ThreadPage
from crawler.frontier.refusals import count_refusal, unexpected
from crawler.frontier.run import Run
from crawler.frontier.site import Site
from crawler.frontier.step import Batch, batch_of
from crawler.history import Met, ReadingPlan, ThreadHistory, emit_refusal
from crawler.items import Refusal, refusal_line
from crawler.privacy import redacted_line


def saved_page(run: Run, page: Page, url: str, now: datetime) -> tuple[Site, Batch]:
    """What a saved page gives: it alone, for nothing that it links to is asked for."""
    if isinstance(page, Message) or (isinstance(page, ThreadPage) and page.thread_id is None):
        return _refused(run, page, url, now)
    site = run.site(urls.site_of(page.site.root))
    if not isinstance(page, ThreadPage) or page.thread_id is None:
        site.tally.saved_lists += 1
        return site, Batch()
    if page.thread_id in site.privacy.removals.threads:
        site.tally.removed += 1
        return site, Batch()
    site.note_words(page)
    asked = ReadingPlan(
        page.thread_id,
        run.run_id,
        with_replies=run.options.with_replies,
        privacy=site.privacy,
        media=run.config.limits.media,
        has_html=run.config.limits.has_html,
    )
    last = site.archive.ledger.last_seen(page.thread_id)
    if last is not None and int(now.timestamp()) < last:
        return site, _of_older(page, asked, site, now)
    history = ThreadHistory(site.archive.ledger, asked)
    entries, changes = history.add_page(page, page.page, now)
    last_entries, last_changes = history.finish(now)
    batch = Batch(entries + last_entries, changes + last_changes)
    if page.is_truncated:
        line = refusal_line(
            "truncated", url=url, fetched_at=now, thread_id=page.thread_id, evidence="forum"
        )
        cut = _refusal_batch(line, site, now)
        batch.entries += cut.entries
        batch.changes += cut.changes
    return site, batch


def _refused(run: Run, page: Page, url: str, now: datetime) -> tuple[Site, Batch]:
    """The refusal of a file that is no page of a forum, or of a page that no reader understands."""
    message = page if isinstance(page, Message) else None
    refused = unexpected(page)
    line = refusal_line(
        message.reason if message else refused.reason,
        url=url,
        fetched_at=now,
        message=message,
        evidence=None if message else refused.evidence,
        message_raw=None if message else refused.text,
    )
    site = run.site(line.site)
    line = redacted_line(line, site.privacy)
    return site, _refusal_batch(line, site, now)


def _of_older(page: ThreadPage, asked: ReadingPlan, site: Site, now: datetime) -> Batch:
    """What a capture adds that is older than what is known of its thread: posts that are not.

    What is known is newer: neither the words of then nor a missing post are a change.
    """
    known = site.archive.ledger.posts(asked.thread_id, [post.id for post in page.posts])
    posts = tuple(post for post in page.posts if post.id not in known)
    if not posts:
        return Batch()
    history = ThreadHistory(site.archive.ledger, asked)
    older = replace(page, posts=posts, is_filtered=True)
    entries, changes = history.add_page(older, page.page, now)
    return Batch(entries, [change for change in changes if not isinstance(change, PageSeen)])


def _refusal_batch(line: Refusal, site: Site, now: datetime) -> Batch:
    """The refusal of a saved page, in its version: the same file may be read again and again."""
    emitted = emit_refusal(line, site.archive.ledger, now, Met())
    count_refusal(line, emitted, site, task=None, is_own=False)
    return batch_of(emitted)
