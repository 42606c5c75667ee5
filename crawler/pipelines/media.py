"""Pictures and files of posts, fetched as Scrapy's media pipelines do.

A line waits until its files are there or refused, and tells for each the path and the sha256, or
the reason. What came is kept (`media_store.py`) and known to the ledger, so that it is asked
for once; what may come the next time is asked for again by the next run, by way of the page.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from itemadapter import ItemAdapter, is_item
from scrapy import Request
from scrapy.pipelines.media import MediaPipeline
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import DeferredLock, DeferredSemaphore
from twisted.internet.threads import deferToThread

from crawler.archive.changes import MediaSeen, PageSeen, PostSeen
from crawler.archive.media_store import (
    MediaRequest,
    image_ending,
    is_for_sale,
    media_hash,
    media_key,
    media_requests,
    store_file,
)
from crawler.archive.state import MediaState
from crawler.discuz.facts import Message
from crawler.history import Delivery, Entry
from crawler.items import RETRIABLE, Line, Reason
from crawler.middlewares import FORUM
from crawler.pipelines.dropped import NothingNew, Postponed
from crawler.pipelines.running import run_for
from crawler.responses import read_failure, read_response
from crawler.site_rules import Sites

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.pipelines.media import FileInfo
    from twisted.python.failure import Failure

    from crawler.archive import SiteArchive
    from crawler.frontier import Run
    from crawler.history import Tally

logger = logging.getLogger(__name__)

# So many are asked for at once, of all hosts together: a run that is to end waits for these.
_AT_ONCE = 8
# A host that does not answer so often in a row is left alone for the rest of the run: pictures of
# old posts lie on hosts that are gone.
_FAILURES = 3
_REASONS: Mapping[int, Reason] = {
    401: "login_required",
    403: "no_permission",
    404: "not_found",
    410: "not_found",
    429: "rate_limited",
    451: "no_permission",
}


# for pages whose words are not read
_NO_CLOCK = datetime(2000, 1, 1, tzinfo=UTC)


class _ByKey:
    """Tells requests apart by what is asked for."""

    def fingerprint(self, request: Request) -> bytes:
        each: MediaRequest = request.meta["wanted"]
        archive: SiteArchive = request.meta["archive"]
        return f"{archive.folder} {each.key}".encode("utf-8", "surrogatepass")


class MediaFiles(MediaPipeline):
    """Fetches what `MEDIA` asks for. Robots, delays and redirects are those of all requests."""

    LOG_FAILED_RESULTS = False

    def __init__(self, *, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._media: str = crawler.settings["MEDIA"]
        self._largest = crawler.settings.getint("MEDIA_MAXSIZE")
        # the same file under two signatures is asked for once
        self._fingerprinter = _ByKey()
        self._turns = DeferredSemaphore(_AT_ONCE)
        self._writing = DeferredLock()
        self._failures: Counter[str] = Counter()
        # what was asked for in vain: many posts show the same picture
        self._failed: set[int] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler=crawler)

    @property
    def run(self) -> Run:
        """The run whose lines are on their way, ours or the store pipeline's own."""
        return run_for(self.crawler)

    async def process_item(self, item: Any) -> Any:  # type: ignore[override]
        """Hold a line back until its files are there, then add path and hash, or the reason.

        Raises `NothingNew` where its words were published before and there is no news of its files.
        """
        post = self._post_of(item)
        if post is None:
            return item
        files = media_requests(post.images, post.attachments, self._media)
        if files:
            await super().process_item(post)
            # what was asked for is in the ledger: nothing of it needs to be remembered here
            self.spiderinfo.downloaded.clear()
        known = [self._known(each.key, post.archive) for each in files]
        if None in known and self._is_ending():
            raise Postponed(post.item_id)
        for part in (*post.images, *post.attachments):
            media = self._known(media_key(part), post.archive)
            if media is not None and media.path and media.sha256:
                part["path"], part["sha256"] = media.path, media.sha256
            elif media is not None and media.reason:
                part["refusal"] = media.reason
            elif self._media in ("attachments", "all") and is_for_sale(part):
                part["refusal"] = "no_permission"
        post.note_files(is_due=any(media and not media.is_final for media in known))
        return item

    def _post_of(self, item: Any) -> _PostFiles | None:
        """The pictures and files of an article or post, our item or what a pipeline made of it."""
        if not is_item(item):
            return None
        adapter = ItemAdapter(item)
        if adapter.get("item_type") not in ("article", "post") or adapter.get("is_deleted"):
            return None
        deliveries = self.run.deliveries
        found = deliveries.find(adapter.get("item_id"), adapter.get("version"))
        found = found or deliveries.of_object(item)
        if found is None and not isinstance(item, Line):
            return None
        if found is not None:
            archive = found[0].archive
        else:
            site = self.run.site(adapter["site"])
            if site.privacy.removes_line(item):
                # nothing of whom the removal list names is fetched
                return None
            archive = site.archive
        return _PostFiles(
            adapter["item_id"],
            adapter.get("url") or "",
            archive,
            _parts(adapter.get("images")),
            _parts(adapter.get("attachments")),
            found,
        )

    def get_media_requests(self, item: _PostFiles, _: object) -> list[Request]:
        requests = []
        for each in media_requests(item.images, item.attachments, self._media):
            meta = {
                FORUM: item.url,
                "wanted": each,
                "archive": item.archive,
                "download_maxsize": self._largest,
                "max_retry_times": 1,
            }
            try:
                requests.append(Request(each.url, meta=meta))
            except ValueError:
                # http://javascript:alert(1)
                self._refused(each, item.archive, "unreachable", is_retriable=False)
        return requests

    async def media_to_download(  # type: ignore[override]
        self, request: Request, _: object, **__: object
    ) -> FileInfo | None:
        """What needs no request: known, on a host that does not answer, or too late for this run.

        Else it is its turn, which `_end` ends.
        """
        await maybe_deferred_to_future(self._turns.acquire())
        each: MediaRequest = request.meta["wanted"]
        is_needed = False
        try:
            is_needed = not self._is_ending() and self._is_open(each, request.meta["archive"])
        finally:
            if not is_needed:
                self._turns.release()
        if is_needed:
            request.meta["has_turn"] = True
            return None
        return {"url": each.url, "path": "", "checksum": None, "status": "uptodate"}

    def _is_open(self, each: MediaRequest, archive: SiteArchive) -> bool:
        """Whether it is not known what comes of a file, and asking may tell."""
        known = self._known(each.key, archive)
        if hash(each.key) in self._failed or (known is not None and known.is_final):
            return False
        if self._failures[_host(each)] >= _FAILURES:
            self._refused(each, archive, "unreachable")
            return False
        return True

    async def media_downloaded(  # type: ignore[override]
        self, response: Response, request: Request, _: object, **__: object
    ) -> FileInfo:
        each: MediaRequest = request.meta["wanted"]
        archive: SiteArchive = request.meta["archive"]
        reason = _refusal(response, is_image=each.is_image)
        path, digest = "", None
        if reason is not None:
            self._refused(each, archive, reason)
        else:
            try:
                path, digest = await maybe_deferred_to_future(
                    self._writing.run(
                        deferToThread, store_file, archive.folder, response.body, each.name
                    )
                )
            except OSError as error:
                self.run.storage_failed(archive, error)
            else:
                self._learn(archive, MediaState(each.key, path, digest))
                self._failures[_host(each)] = 0
                tally = self._tally(archive)
                tally.files_stored += 1
                tally.file_bytes += len(response.body)
        self._end(request)
        return {"url": each.url, "path": path, "checksum": digest, "status": "downloaded"}

    def media_failed(self, failure: Failure, request: Request, _: object) -> None:  # type: ignore[override]
        """No answer, or none that may be had: a fact to tell, and no error."""
        reason, said = read_failure(failure, self._largest, request)
        logger.info("%s: %s", request.url, said)
        self._refused(request.meta["wanted"], request.meta["archive"], reason)
        self._end(request)

    def file_path(self, request: Request, *_: object, **__: object) -> str:
        """Where the file is kept; known once its content is."""
        known = self._known(request.meta["wanted"].key, request.meta["archive"])
        return known.path or "" if known else ""

    def _known(self, key: str, archive: SiteArchive) -> MediaState | None:
        """What came of a file, unless somebody took it away since."""
        known = archive.ledger.media(key)
        if known and known.path and not (archive.folder / known.path).is_file():
            return None
        return known if known and (known.path or known.reason) else None

    def _refused(
        self,
        each: MediaRequest,
        archive: SiteArchive,
        reason: Reason,
        *,
        is_retriable: bool | None = None,
    ) -> None:
        before = archive.ledger.media(each.key)
        attempts = before.attempts + 1 if before else 1
        if is_retriable is None:
            is_retriable = reason in RETRIABLE
            self._failures[_host(each)] += is_retriable
        if is_retriable:
            self._failed.add(hash(each.key))
        known = MediaState(each.key, reason=reason, is_retriable=is_retriable, attempts=attempts)
        self._learn(archive, known)
        self._tally(archive).files_refused[reason] += 1

    def _learn(self, archive: SiteArchive, media: MediaState) -> None:
        try:
            archive.ledger.apply([MediaSeen(media)])
        except sqlite3.Error as error:
            self.run.storage_failed(archive, error)

    def _end(self, request: Request) -> None:
        if request.meta.pop("has_turn", False):
            self._turns.release()

    def _is_ending(self) -> bool:
        """Whether the run is about to end, so that nothing more is to be asked for."""
        engine = self.crawler.engine
        # SLF001: Scrapy has no public way to ask whether a crawl is ending
        slot = engine._slot if engine else None  # noqa: SLF001
        has_failed = self.run.remarks.storage_error is not None
        if engine is None or slot is None or not engine.running:
            return True
        return has_failed or slot.closing is not None

    def _tally(self, archive: SiteArchive) -> Tally:
        return next(site.tally for site in self.run.sites.values() if site.archive is archive)


def _host(each: MediaRequest) -> str:
    return urlsplit(each.url).netloc


def _refusal(response: Response, *, is_image: bool) -> Reason | None:
    """Why what came is not the file; ``None`` if it is.

    Discuz answers 200 to whoever may not have a file, with a page that says so.
    """
    if response.status >= 500:
        return "server_error"
    if response.status >= 300:
        return _REASONS.get(response.status, "unreachable")
    said = (response.headers.get("Content-Type") or b"").lower()
    if is_image:
        if image_ending(response.body) is not None:
            return None
        is_page = not said.startswith(b"image/")
    else:
        is_named = b"attachment" in (response.headers.get("Content-Disposition") or b"").lower()
        is_page = said.startswith((b"text/html", b"application/xhtml")) and not is_named
    if response.body and not is_page:
        return None
    page = read_response(response, _NO_CLOCK, Sites({}))
    return page.reason if isinstance(page, Message) and page.site is not None else "not_found"


@dataclass(slots=True)
class _PostFiles:
    """The pictures and files of a line under way; the parts are the item's own dicts."""

    item_id: str
    url: str
    archive: SiteArchive
    images: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    found: tuple[Delivery, Entry] | None

    def note_files(self, *, is_due: bool) -> None:
        """Have the ledger learn what the line says of its files.

        ``is_due``: something may come the next time, so that the next run looks at this page first.
        Raises `NothingNew` where the line says nothing that was not published before.
        """
        if self.found is None:
            return
        delivery, entry = self.found
        if is_due:
            delivery.changes[:] = [
                replace(change, is_due=True) if isinstance(change, PageSeen) else change
                for change in delivery.changes
            ]
        if isinstance(entry.change, PostSeen):
            before, files = entry.change.post, media_hash(self.images, self.attachments)
            entry.change = replace(entry.change, post=replace(before, media=files))
            if entry.is_repeat and files == before.media:
                raise NothingNew(self.item_id)


def _parts(value: Any) -> list[dict[str, Any]]:
    return [part for part in value or () if isinstance(part, dict)]
