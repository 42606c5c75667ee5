"""What was read of a page → the lines that are published of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from crawler.discuz import facts, signed_urls, urls
from crawler.discuz.post import render_html
from crawler.items.lines import Article, Coverage, Date, Post, Record, Refusal, Url
from crawler.items.reasons import DEFINITE, RETRIABLE, Reason

# What a new version is made of. Counters and shifted floors are not in it, nor addresses that are
# signed for the hour, nor dates that may be words like 昨天.
_HASHED = (
    "headline",
    "text",
    "links",
    "media",
    "access",
    "source",
    "notice",
    "category",
    "tags",
    "type_options",
    "edited_by",
)
# Marks that staff sets; hot and recommended are counters.
_FLAGS = ("sticky", "digest", "closed")


def post_lines(
    page: facts.ThreadPage,
    posts: Iterable[facts.Post],
    fetched_at: datetime,
    *,
    has_html: bool = True,
) -> Iterator[Post]:
    """The lines of some of a page's posts: an `Article` for the opening post.

    ``has_html``: with `text_html`.
    """
    for post in posts:
        line = _post(page, post, fetched_at)
        if has_html:
            line.text_html = render_html(post.body.blocks) or None
        yield line


def refusal_line(
    reason: Reason,
    *,
    url: str,
    fetched_at: datetime,
    message: facts.Message | None = None,
    thread_id: str | None = None,
    **more: Any,
) -> Refusal:
    """The line of a refusal; ``message`` is what the page said, where there was one."""
    root = urls.forum_root(url, message.site.root if message and message.site else None)
    url = urls.without_fragment(url)
    thread_id = thread_id or (message.thread_id if message else None)
    evidence = more.pop("evidence", None) or (message.evidence if message else "other")
    return Refusal(
        item_id=refusal_id(root, url, thread_id, more.get("page")),
        site=urls.site_of(root),
        url=Url(url),
        fetched_at=_stamp(fetched_at),
        reason=reason,
        evidence=evidence,
        retriable=reason in RETRIABLE or (reason in DEFINITE and evidence != "about_this"),
        required_level=message.required_level if message else None,
        login_offered=(message.login_offered or None) if message else None,
        message_raw=more.pop("message_raw", None) or (message.text if message else None),
        thread_id=thread_id,
        **more,
    )


def refusal_id(root: str, url: str, thread_id: str | None, page: int | None) -> str:
    """The name of a refusal: that of its thread, or of its address, and of the page.

    A forum's index has one name by whatever address it is asked for: `/`, `/forum.php`.
    """
    is_front = urls.is_index(url) and "gid=" not in url
    address = root if is_front else urls.without_fragment(url)
    named = f"{urls.site_of(root)}:refusal:{thread_id or address}"
    return f"{named}:{page}" if page else named


def deleted_line(
    *, root: str, thread_id: str, post_id: str, fetched_at: datetime, is_first: bool, version: int
) -> Post:
    """The line of a post that is gone; its words are those of its last line."""
    site = urls.site_of(root)
    url = urls.thread_url(root, thread_id)
    kind = Article if is_first else Post
    return kind(
        item_id=f"{site}:{thread_id}:{post_id}",
        version=version,
        site=site,
        url=Url(url if is_first or not post_id.isdigit() else f"{url}#pid{post_id}"),
        fetched_at=_stamp(fetched_at),
        thread_id=thread_id,
        post_id=post_id if post_id.isdigit() else None,
        is_deleted=True,
    )


def coverage_line(
    thread_id: str, fetched_at: datetime, *, root: str, url: str, **more: Any
) -> Coverage:
    """The line of a thread's coverage; ``root`` is the forum's, ``more`` are the counts."""
    site = urls.site_of(root)
    return Coverage(
        item_id=f"{site}:{thread_id}:coverage",
        site=site,
        url=Url(url),
        fetched_at=_stamp(fetched_at),
        thread_id=thread_id,
        **more,
    )


def board_coverage_line(board_id: str, fetched_at: datetime, *, url: str, **more: Any) -> Coverage:
    """The line of a board's coverage; ``url`` is its list's address, ``more`` are the counts."""
    site = urls.site_of(urls.forum_root(url, None))
    return Coverage(
        item_id=f"{site}:board-{board_id}:coverage",
        site=site,
        url=Url(url),
        fetched_at=_stamp(fetched_at),
        board_id=board_id,
        **more,
    )


def range_coverage_line(numbers: str, fetched_at: datetime, *, root: str, **more: Any) -> Coverage:
    """The line of a range of thread numbers (1000-250000); ``more`` are the counts."""
    site = urls.site_of(root)
    return Coverage(
        item_id=f"{site}:threads-{numbers}:coverage",
        site=site,
        url=Url(root),
        fetched_at=_stamp(fetched_at),
        threads_range=numbers,
        **more,
    )


def _post(page: facts.ThreadPage, post: facts.Post, fetched_at: datetime) -> Post:
    site = urls.site_of(page.site.root)
    body = post.body
    kind = Article if post.is_first else Post
    said: Record = {
        "item_type": kind.kind,
        "item_id": f"{site}:{page.thread_id or 'text'}:{post.id}",
        "site": site,
        "url": page.url,
        "fetched_at": _stamp(fetched_at),
        "thread_id": page.thread_id,
        "post_id": post.number,
        "position": post.position,
        "floor_label": post.floor_label,
        "headline": page.headline if post.is_first else post.headline,
        "author": _record(post.author),
        "date_modified": body.edited_at.value.isoformat() if body.edited_at else None,
        "edited_by": body.edited_by,
        "location": post.location,
        "sent_from": post.sent_from,
        "text": body.text,
        "quotes": [_record(quote) for quote in body.quotes],
        "in_reply_to": body.in_reply_to,
        "images": [_record(image) for image in body.images],
        "attachments": [_record(attachment) for attachment in body.attachments],
        "links": [_record(link) for link in body.links],
        "media": list(body.media),
        "likes": post.likes,
        "stand": post.stand,
        "is_winner": post.is_winner or None,
        "ratings": [_record(rating) for rating in post.ratings],
        "comments": [_record(comment) for comment in post.comments],
        "comments_missing": post.comments_left_out or None,
        "access": body.access,
        "access_notices": list(body.notices),
        "attachments_withheld": body.attachments_withheld or None,
        "parts_missing": post.parts_missing or None,
        "discuz_version": page.site.discuz_version,
        "skin": page.skin,
        "encoding": page.site.encoding,
    }
    if post.date:
        said["date_published"] = post.date.value.isoformat()
        said["date_published_raw"] = post.date.raw
        said["date_precision"] = post.date.precision
    if post.is_first:
        said |= _thread(page, body)
    elif page.thread_id:
        at = f"#pid{post.number}" if post.number else ""
        said["url"] = urls.thread_url(page.site.root, page.thread_id) + at
    line = kind(**said)
    line.content_hash = content_hash(line)
    return line


def _thread(page: facts.ThreadPage, body: facts.Body) -> Record:
    return {
        "category": page.category,
        "board": _record(page.board) if page.board else None,
        "breadcrumbs": [_record(crumb) for crumb in page.breadcrumbs],
        "site_name": page.site.name,
        "source": body.source,
        "notice": body.notice,
        "tags": list(page.tags),
        "views": page.views,
        "replies": page.replies,
        "favorites": page.favorites,
        "flags": list(page.flags),
        "staff_action": _record(page.staff_action) if page.staff_action else None,
        "special": page.special and _plain(page.special),
        "type_options": page.type_options,
    }


def content_hash(line: Post) -> str:
    """A hash of what the author wrote and staff may change: another hash makes a new version."""
    said = {name: getattr(line, name, None) for name in _HASHED}
    # a record leaves out what is empty
    said["text"] = line.text or ""
    said["attachments"] = [
        {name: value for name, value in attachment.items() if name in ("id", "name")}
        for attachment in line.attachments
    ]
    said["images"] = [
        image.get("attachment_id") or signed_urls.stable_url(image["url"]) for image in line.images
    ]
    said["quotes"] = [[quote.get("author"), quote.get("text")] for quote in line.quotes]
    said["comments"] = [[each.get("author"), each.get("text")] for each in line.comments]
    if isinstance(line, Article):
        said["board"] = (line.board or {}).get("id")
        said["flags"] = [flag for flag in line.flags if flag in _FLAGS]
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _record(value: Any) -> Record:
    """A fact as JSON has it: absent parts left out, moments as ISO 8601 with their precision."""
    record: Record = {}
    for spec in fields(value):
        part = getattr(value, spec.name)
        if isinstance(part, facts.Moment):
            record[spec.name] = part.value.isoformat()
            record[f"{spec.name}_precision"] = part.precision
        elif part is not None and part is not False and part not in ("", {}):
            record[spec.name] = part
    return record


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items() if part not in (None, [], {})}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value


def _stamp(moment: datetime) -> Date:
    return Date(moment.astimezone(UTC).isoformat(timespec="seconds"))
