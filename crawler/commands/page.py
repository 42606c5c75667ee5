"""`scrapy page`: what is understood of one page, as the JSON lines a crawl would write."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive import encode, site_folder
from crawler.console import PageCommand, settings_of, statuses
from crawler.discuz import explain_page, read_page, urls
from crawler.discuz.facts import Message, ThreadPage
from crawler.frontier import Answer, kind_of
from crawler.items import DEFINITE, Line, Refusal, post_lines, refusal_line, to_json
from crawler.items.reasons import reason_of
from crawler.privacy import WHOLE, Privacy, redacted_line
from crawler.reporting.exit_status import INCOMPLETE, OK
from crawler.reporting.explain import explained
from crawler.responses import seen_at

if TYPE_CHECKING:
    import argparse


class Command(PageCommand):
    def syntax(self) -> str:
        return "[options] FILE_OR_URL"

    def short_desc(self) -> str:
        return "Print what is understood of one page, as JSON lines"

    def long_desc(self) -> str:
        return (
            "Reads one page, a saved file or a URL, and prints its article, posts or refusal as "
            "JSON lines. A URL is asked for as in a crawl: robots.txt is obeyed, and what fails "
            "for a moment is asked for again. "
        ) + statuses({INCOMPLETE: "the page could not be read"})

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--url", metavar="URL", help="the address that a saved page had")
        parser.add_argument(
            "--seen-at",
            metavar="TIME",
            help="when the page was seen, ISO 8601; for a file: when it was last changed",
        )
        parser.add_argument(
            "--explain",
            action="store_true",
            help="in place of the lines: where each word of each post of a saved page went",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse wrong use in one line, before anything is started."""
        super().process_options(args, opts)
        if len(args) != 1:
            self.refuse("name one file or URL")
        if opts.seen_at and _time(opts.seen_at) is None:
            self.refuse(f"--seen-at {opts.seen_at}: not a time like 2024-05-07T18:21:00+08:00")
        if self.saved_page(args[0]) is None and opts.explain:
            self.refuse("--explain reads a saved page: save it first")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        moment = _time(opts.seen_at) if opts.seen_at else None
        path = self.saved_page(args[0])
        if path is None:
            (answer,) = self.fetch(args[0], seen_at=moment)
        else:
            answer = self._read_file(path, opts.url, moment, is_explained=opts.explain)
        if opts.explain and isinstance(answer.page, ThreadPage):
            print("\n".join(explained(answer.page)))
            return
        page, lines = answer.page, list[Line]()
        if isinstance(page, ThreadPage):
            has_html = settings_of(self).getbool("TEXT_HTML")
            lines += post_lines(page, page.posts, answer.seen_at, has_html=has_html)
        refusal = _refusal(answer)
        if refusal is not None:
            lines.append(refusal)
            self.exitcode = INCOMPLETE if _may_be_over(refusal) else OK
        # all lines of a page are of one site
        privacy = self._privacy_of(lines[0].site) if lines else WHOLE
        try:
            for line in lines:
                published = redacted_line(line, privacy)
                sys.stdout.buffer.write(encode(to_json(published)))
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # `| head` reads no more; Python would complain on stderr when it flushes stdout
            sys.stderr.close()

    def _privacy_of(self, site: str) -> Privacy:
        """How lines of a site may be published: by the settings, and by its removal list."""
        return self.privacy_of(Path(settings_of(self)["DATA_DIR"]) / site_folder(site))

    def _read_file(
        self, path: Path, url: str | None, moment: datetime | None, *, is_explained: bool
    ) -> Answer:
        saved = path.resolve().as_uri()
        body = self.read_bytes(path)
        url, moment = url or saved, moment or seen_at(saved, body)
        read = explain_page if is_explained else read_page
        page = read(body, url=url, seen_at=moment, rules=self.sites().of(url))
        return Answer(url, moment, page, reason_of(page))


def _may_be_over(refusal: Refusal) -> bool:
    """Whether a refusal is anything but the forum's own answer about the page."""
    return refusal.retriable or refusal.reason not in DEFINITE


def _refusal(answer: Answer) -> Refusal | None:
    """Make the line that tells why there is no whole page of a thread; ``None`` where there is."""
    page, reason, message = answer.page, answer.reason, answer.message
    if reason is None and page is not None and not isinstance(page, ThreadPage):
        reason, message = "template_unknown", f"{kind_of(page)}, not a thread"
    if reason is None:
        return None
    thread = page if isinstance(page, ThreadPage) else urls.read_thread_address(answer.url)
    return refusal_line(
        reason,
        url=answer.url,
        fetched_at=answer.seen_at,
        message=page if isinstance(page, Message) else None,
        thread_id=thread.thread_id if thread else None,
        message_raw=message,
        evidence=answer.evidence,
        status=answer.status,
        attempts=answer.attempts,
    )


def _time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
