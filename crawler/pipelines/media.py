"""Pictures and files of posts, fetched as Scrapy's media pipelines do.

A line waits until its files are there or refused, and tells for each the path and the sha256, or
the reason. What came is kept (`media_store.py`) and known to the ledger, so that it is asked
for once. What was refused is asked for again after 1, 2, 4, 8 … nights, by way of its page.
"""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from itemadapter import ItemAdapter, is_item
from scrapy import Request
from scrapy.pipelines.media import MediaPipeline
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import DeferredLock, DeferredSemaphore
from twisted.internet.threads import deferToThread

from crawler.archive.changes import MediaSeen
from crawler.archive.file_types import is_picture
from crawler.archive.media_store import (
    MediaRequest,
    is_for_sale,
    media_key,
    media_requests,
    store_file,
)
from crawler.archive.state import MediaState
from crawler.discuz.post import with_paths
from crawler.history import DAY, Waiting, met_again, rights_since
from crawler.items import FAILURES, RETRIABLE, Line
from crawler.middlewares import FORUM
from crawler.pipelines.dropped import Postponed
from crawler.pipelines.media_hosts import Hosts
from crawler.pipelines.media_verdict import RIGHTS, Refused, why_refused
from crawler.pipelines.placeholders import Came, Placeholders
from crawler.pipelines.post_files import PostFiles, parts_of
from crawler.pipelines.running import run_for
from crawler.responses import read_failure

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.pipelines.media import FileInfo
    from twisted.python.failure import Failure

    from crawler.archive import SiteArchive
    from crawler.frontier import Run, Site
    from crawler.history import Tally

logger = logging.getLogger(__name__)

# So many are asked for at once, of all hosts together: a run that is to end waits for these.
_AT_ONCE = 8


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
        self._longest_wait = crawler.settings.getint("REVISIT_REFUSED_DAYS")
        self._hosts = Hosts(self._longest_wait)
        self._placeholders = Placeholders()
        # what was asked for in vain: many posts show the same picture
        self._asked: set[int] = set()

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
        known = [self._known(each, post.archive) for each in files]
        if None in known and self._is_ending():
            raise Postponed(post.item_id)
        paths: dict[str, str] = {}
        for part in (*post.images, *post.attachments):
            media = _present(media_key(part), post.archive)
            if media is not None and media.path and media.sha256:
                part["path"], part["sha256"] = media.path, media.sha256
                paths[part.get("url", "")] = media.path
            elif media is not None and media.reason:
                part["refusal"] = media.reason
            elif self._media in ("attachments", "all") and is_for_sale(part):
                part["refusal"] = "no_permission"
        adapter = ItemAdapter(item)
        if paths and isinstance(adapter.get("text_html"), str):
            adapter["text_html"] = with_paths(adapter["text_html"], paths)
        due = [
            self._page_due(each, state, post.archive)
            for each, state in zip(files, known, strict=True)
            if state is not None
        ]
        post.note_files(
            due=min((time for time in due if time is not None), default=None),
            is_denied=any(state is not None and state.reason in RIGHTS for state in known),
        )
        return item

    def _page_due(self, each: MediaRequest, state: MediaState, archive: SiteArchive) -> int | None:
        """When the page of a file is to be looked at for its sake; ``None`` for never."""
        host = self._hosts.refusal(archive, _host(each))
        if state.reason is None or state.is_settled or (host is not None and host.is_settled):
            return None
        # it is not asked for before its host is
        return max(state.due, host.due if host is not None else 0)

    def _post_of(self, item: Any) -> PostFiles | None:
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
        return PostFiles(
            adapter["item_id"],
            adapter.get("url") or "",
            archive,
            parts_of(adapter.get("images")),
            parts_of(adapter.get("attachments")),
            found,
        )

    def get_media_requests(self, item: PostFiles, _: object) -> list[Request]:
        requests = []
        for each in media_requests(item.images, item.attachments, self._media):
            meta = {
                FORUM: item.url,
                "post": item,
                "wanted": each,
                "archive": item.archive,
                "download_maxsize": self._largest,
                "max_retry_times": 1,
            }
            try:
                requests.append(Request(each.url, meta=meta))
            except ValueError:
                # http://javascript:alert(1)
                self._refused(each, item.archive, Refused("unreachable", is_final=True))
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
        """Whether a file is to be asked for now."""
        now = _now()
        known, is_full = self._known(each, archive), self.run.options.full
        if _hash(each, archive) in self._asked or not self._is_due(known, archive, now):
            return False
        self._hosts.is_full = is_full
        host = self._hosts.left_alone(archive, _host(each), now)
        if host is None:
            return True
        # it is due when its host is
        reason = "unreachable" if host.reason in FAILURES else host.reason
        before = known or MediaState(each.key, reason=reason, is_retriable=True)
        self._learn(archive, replace(before, due=host.due))
        self._tally(archive).files_refused[before.reason or ""] += 1
        return False

    def _is_due(self, known: MediaState | None, archive: SiteArchive, now: int) -> bool:
        """Whether a file that is not asked for yet in this run is to be asked for."""
        if known is None:
            return True
        if known.reason is None:
            return False
        is_allowed_now = known.reason in RIGHTS and known.asked < rights_since(archive.ledger)
        return self.run.options.full or is_allowed_now or known.due <= now

    async def media_downloaded(  # type: ignore[override]
        self, response: Response, request: Request, _: object, **__: object
    ) -> FileInfo:
        each: MediaRequest = request.meta["wanted"]
        archive: SiteArchive = request.meta["archive"]
        refused = why_refused(response, each, request.meta[FORUM])
        path, digest = "", None
        if refused is not None:
            self._refused(each, archive, refused)
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
                self._kept(each, request, response, path, digest)
        self._end(request)
        return {"url": each.url, "path": path, "checksum": digest, "status": "downloaded"}

    def _kept(
        self, each: MediaRequest, request: Request, response: Response, path: str, digest: str
    ) -> None:
        """Note a file that is stored, unless it is one that comes in the place of others."""
        archive: SiteArchive = request.meta["archive"]
        host, size = _host(each), len(response.body)
        post: PostFiles = request.meta["post"]
        is_placeholder = each.is_image and (
            self._placeholders.is_known(archive, host, digest)
            or self._placeholders.came(
                archive,
                Came(
                    host,
                    digest,
                    size,
                    each.name or each.url.rpartition("/")[2],
                    post.item_id,
                    response.url if response.url != request.url else None,
                    post.found[0] if post.found else None,
                ),
                _now(),
            )
        )
        if is_placeholder:
            self._refused(each, archive, Refused("not_discuz", is_of_host=True))
            return
        self._learn(archive, MediaState(each.key, path, digest, asked=_now()))
        self._hosts.answered(archive, host)
        tally = self._tally(archive)
        tally.files_stored += 1
        tally.file_bytes += size

    def media_failed(self, failure: Failure, request: Request, _: object) -> None:  # type: ignore[override]
        """No answer, or none that may be had: a fact to tell, and no error."""
        reason, said = read_failure(failure, self._largest, request)
        logger.info("%s: %s", request.url, said)
        refused = Refused(reason, is_final=reason not in RETRIABLE, is_of_host=reason in FAILURES)
        self._refused(request.meta["wanted"], request.meta["archive"], refused)
        self._end(request)

    def open_spider(self) -> None:  # type: ignore[override]
        super().open_spider()
        self.run.site_ends = self._site_ends

    def close_spider(self) -> None:
        for site in self.run.sites.values():
            if site.is_open:
                self._site_ends(site)

    def _site_ends(self, site: Site) -> None:
        """Keep what the next run needs, and count the files that are not had."""
        if self._media != "none" and self.run.remarks.storage_error is None:
            self._placeholders.close(site.archive)
            waiting, settled = site.archive.ledger.count_refused_files()
            site.tally.files_waiting, site.tally.files_settled = waiting, settled

    def file_path(self, request: Request, *_: object, **__: object) -> str:
        """Where the file is kept; known once its content is."""
        known = self._known(request.meta["wanted"], request.meta["archive"])
        return known.path or "" if known else ""

    def _known(self, each: MediaRequest, archive: SiteArchive) -> MediaState | None:
        """What came of a file, unless it turned out to be something else."""
        known = _present(each.key, archive)
        if known is None or known.path is None or _hash(each, archive) in self._asked:
            return known
        if each.is_image and known.path.endswith(".bin"):
            # earlier versions kept whatever was called a picture
            is_other = not is_picture((archive.folder / known.path).read_bytes())
        else:
            is_other = known.sha256 is not None and self._placeholders.is_known(
                archive, _host(each), known.sha256
            )
        return None if is_other else known

    def _refused(self, each: MediaRequest, archive: SiteArchive, why: Refused) -> None:
        before, now = archive.ledger.media(each.key) or MediaState(each.key), _now()
        self._asked.add(_hash(each, archive))
        waiting = met_again(
            Waiting(before.nights, before.counted, before.due), now, self._longest_wait
        )
        if why.is_final:
            waiting = replace(waiting, due=now + max(self._longest_wait, 1) * DAY)
        known = MediaState(
            each.key,
            reason=why.reason,
            is_retriable=not why.is_final,
            attempts=before.attempts + 1,
            nights=waiting.nights,
            counted=waiting.counted,
            due=waiting.due,
            asked=now,
        )
        self._learn(archive, known)
        self._tally(archive).files_refused[why.reason] += 1
        try:
            self._hosts.refused(archive, _host(each), why, now)
        except sqlite3.Error as error:
            self.run.storage_failed(archive, error)

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


def _now() -> int:
    return int(datetime.now(UTC).timestamp())


def _hash(each: MediaRequest, archive: SiteArchive) -> int:
    return hash((archive.folder, each.key))


def _host(each: MediaRequest) -> str:
    return urlsplit(each.url).netloc


def _present(key: str, archive: SiteArchive) -> MediaState | None:
    """What the ledger knows of a file, unless somebody took it away since."""
    known = archive.ledger.media(key)
    if known and known.path and not (archive.folder / known.path).is_file():
        return None
    return known if known and (known.path or known.reason) else None
