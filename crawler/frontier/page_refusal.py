"""The refusal of the page that a visit asks for: its line, over many runs, and when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.archive.changes import TaskDone
from crawler.archive.state import ListTask, RefusalState, Task, ThreadTask
from crawler.discuz import urls
from crawler.frontier.known import was_read
from crawler.frontier.refusals import Refused, count_refusal
from crawler.frontier.site import Site
from crawler.frontier.site_frontier import SiteFrontier
from crawler.frontier.step import Batch, batch_of
from crawler.history import Met, emit_refusal, gone_thread, retract_pages, retract_refusal
from crawler.items import Refusal, refusal_id, refusal_line
from crawler.privacy import redacted_line


@dataclass(frozen=True, slots=True)
class PageRefusal:
    """A page that was not to be had; ``task`` asked for it, ``url`` is its own address."""

    frontier: SiteFrontier
    task: Task
    url: str

    @property
    def id(self) -> str:
        """Its name, the same in each run."""
        root = urls.forum_root(self.url, None)
        return refusal_id(root, self.url, _thread_id(self.task), self._page_number)

    def line(self, refused: Refused, now: datetime, *, attempts: int, **more: Any) -> Refusal:
        """The line that tells it; ``attempts`` requests were made in this run."""
        line = refusal_line(
            refused.reason,
            url=self.url,
            fetched_at=now,
            message=refused.message,
            evidence=refused.evidence,
            message_raw=refused.text,
            thread_id=_thread_id(self.task),
            board_id=self.task.board_id if isinstance(self.task, ListTask) else None,
            page=self._page_number,
            attempts=self.task.put_off + attempts,
            **more,
        )
        return redacted_line(line, self.frontier.site.privacy)

    def emit(self, line: Refusal, now: datetime, *, is_own: bool) -> Batch:
        """A batch with the refusal, unless the last one said the same."""
        frontier, task = self.frontier, self.task
        met = Met(frontier.board_of(task), is_own, frontier.limits.budget.refused_days)
        emitted = emit_refusal(line, frontier.site.archive.ledger, now, met)
        frontier.met.add(line.item_id)
        count_refusal(line, emitted, frontier.site, task=task, is_own=is_own)
        return batch_of(emitted)

    def retract(self, now: datetime) -> Batch:
        """Retract an earlier refusal of a page that came."""
        over = retract_refusal(
            self.id,
            self.frontier.site.archive.ledger,
            now,
            board_id=self.task.board_id if isinstance(self.task, ListTask) else None,
            page=self._page_number,
        )
        return Batch([over]) if over else Batch()

    @property
    def _page_number(self) -> int | None:
        return self.task.page if self.task.page > 1 else None


def _thread_id(task: Task) -> str | None:
    return task.key if isinstance(task, ThreadTask) else None


def is_gone(task: Task, refused: Refused, site: Site) -> bool:
    """Whether Discuz itself says of a thread that was read before that it is not there any more."""
    is_notice = refused.reason == "not_found" and refused.evidence == "about_this"
    return is_notice and was_read(task, site)


def is_no_thread(task: ThreadTask, refused: Refused) -> bool:
    """Whether Discuz says that no thread has a number of a range that is tried."""
    is_notice = refused.reason == "not_found" and refused.evidence == "about_this"
    return is_notice and task.is_tried


def gone_batches(task: Task, site: Site, now: datetime) -> Iterator[Batch]:
    """What a thread gives that is there no more."""
    root = urls.forum_root(task.url, None)
    ledger = site.archive.ledger
    for entries, changes in gone_thread(ledger, task.key, root, now):
        yield Batch(entries, changes)
    over = retract_pages(ledger.thread_refusals(task.key), now, behind=None)
    yield Batch(over, [TaskDone(task)], ends=task)


def retract_behind(
    last: int, refusals: Iterable[RefusalState], batch: Batch, now: datetime
) -> None:
    """Retract earlier refusals of the pages behind the last one of a thread or list, if known."""
    here = {entry.item_id for entry in batch.entries}
    over = retract_pages(refusals, now, behind=last) if last else ()
    batch.entries += [entry for entry in over if entry.item_id not in here]
