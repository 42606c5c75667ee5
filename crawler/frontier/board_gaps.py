"""The coverage of boards: what their lists told in a run, and what of them cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from crawler.archive.changes import (
    BoardCovered,
    BoardListed,
    BoardSeen,
    Change,
    ListSeen,
    RowSeen,
    TaskFound,
)
from crawler.archive.state import BoardState, ListTask
from crawler.discuz.facts import BoardPage
from crawler.frontier.board_listing import is_blind
from crawler.frontier.list_variants import PATIENCE, variant_task, variants
from crawler.frontier.options import Options
from crawler.frontier.site import Site
from crawler.history import (
    Listing,
    board_coverage,
    decides,
    hidden_words,
    is_another_night,
    is_night_to_look,
    told_of,
)
from crawler.items import Coverage


class BoardGaps:
    """The boards of one site whose lists are looked at in a run, which began at ``began``.

    ``began`` is in seconds since 1970.
    """

    def __init__(self, site: Site, options: Options, began: int) -> None:
        self._site = site
        self._options = options
        self._began = began
        self._warned: set[tuple[str, str]] = set()
        self._ledger = site.archive.ledger
        # the addresses of their lists, by id
        self._looked_at: dict[str, str] = {}
        self._emptied: set[str] = set()

    def list_changes(self, page: BoardPage, task: ListTask, now: datetime) -> list[Change]:
        """What the ledger learns of a board from a page of its list."""
        board_id = task.board_id
        self._looked_at.setdefault(board_id, task.url)
        rows = [
            RowSeen(board_id, row.thread_id, is_moved=row.is_moved, is_blind=is_blind(row))
            for row in page.rows
        ]
        if task.variant:
            return [*rows]
        changes: list[Change] = [BoardSeen(board_id, page.board.name)]
        if not page.is_truncated:
            at = int(now.timestamp())
            if page.page == 1 and not (page.rows or page.rows_unread):
                self._emptied.add(board_id)
            changes.append(ListSeen(board_id, page.page, at, page.pages, page.rows_unread))
        known = self._ledger.board(board_id)
        shown = pages_shown(page, task, known.pages_shown if known else None)
        listed = BoardListed(board_id, page.threads, page.pages, shown, bool(page.boards))
        return [*changes, listed, *rows]

    def has_news(self, page: BoardPage, board_id: str) -> bool:
        """Whether a page shows threads that no list of the board showed before."""
        return not all(self._ledger.is_listed(board_id, row.thread_id) for row in page.rows)

    def variants_after(self, task: ListTask, page: BoardPage | None = None) -> list[Change]:
        """The task of a list's next variant, where the list ends and hides threads.

        ``page`` is its last one, ``None`` where that was refused.
        """
        names = task.variants
        if not task.variant:
            names = tuple(variants(page)) if page is not None else ()
        is_wanted = names and not task.is_single and self._is_short(task, page)
        return [TaskFound(variant_task(task, names))] if is_wanted else []

    def _is_short(self, task: ListTask, page: BoardPage | None) -> bool:
        """Whether a board has pages that are not shown, and threads that were not listed."""
        board = self._ledger.board(task.board_id) or BoardState(task.board_id)
        shown, expected, listed = board.pages_shown, board.expected, 0
        if page is not None:
            listed = sum(not self._ledger.is_listed(board.id, row.thread_id) for row in page.rows)
            if not task.variant:
                shown = pages_shown(page, task, shown)
                expected = page.threads if page.threads is not None else expected
        if shown is None or self._options.is_limited:
            return False
        listed += self._ledger.board_counts(board.id).listed
        return (expected is None or listed < expected) and self._is_to_look(board)

    def _is_to_look(self, board: BoardState) -> bool:
        """Whether other orders are looked at tonight: ever more seldom where they lack threads."""
        told = board.told
        if not told.gap or self._options.full:
            return True
        return is_night_to_look(told.nights + is_another_night(told.counted, self._began))

    def warning(self, page: BoardPage, task: ListTask) -> str | None:
        """What a page of a list does not tell, for the log: once for each board."""
        if task.variant:
            return None
        task = replace(task, board=page.board.id)
        warnings = []
        shown = pages_shown(page, task, None)
        if shown is not None and self._is_first(task, "pages"):
            warnings.append(f"the list shows {shown} of its {page.pages} pages")
        if page.rows_unread and self._is_first(task, "rows"):
            warnings.append(f"{page.rows_unread} rows of page {page.page} cannot be read")
        if any(map(is_blind, page.rows)) and self._is_first(task, "counters"):
            warnings.append(
                "the list shows neither replies nor last posts; the last pages of its threads are"
                " looked at again within REVISIT_PAGES"
            )
        name = page.board.name or task.board_id
        return f"{name}: {'; '.join(warnings)}" if warnings else None

    def _is_first(self, task: ListTask, what: str) -> bool:
        said = task.board_id, what
        is_first = said not in self._warned
        self._warned.add(said)
        return is_first

    def end(self, now: datetime, run_id: str) -> Iterator[tuple[Coverage | None, Change]]:
        """The run ends: the coverage lines of the boards, where they say something new.

        Each with what the ledger learns, which may be without a line.
        """
        is_empty = not (self._site.tally.threads_listed or self._ledger.has_read_threads())
        is_empty = is_empty and not self._options.boards
        for board_id, url in self._looked_at.items():
            board = self._ledger.board(board_id) or BoardState(board_id)
            # a list that hides pages is walked twice before that is believed, and told at once
            is_hiding = board.pages_shown is not None
            is_whole = is_hiding or self._ledger.walked(board_id, "") is not None
            listing = Listing(
                url,
                is_whole=is_whole,
                is_limited=self._options.is_limited,
                is_like_all=is_empty,
                is_emptied=board_id in self._emptied and self._ledger.has_threads(board_id),
            )
            counts = self._ledger.board_counts(board_id)
            uncompared = self._ledger.count_uncompared(board_id, self._began)
            self._site.tally.threads_uncompared += uncompared
            self._site.tally.boards_uncompared += uncompared > 0
            line = board_coverage(board, counts, listing, now, run_id=run_id)
            told = told_of(line, board.told, now)
            if told.gap:
                note = self._site.note_incomplete if decides(told) else self._site.note_unsettled
                since = board.told.since if board.told.gap == told.gap else None
                note(url, told.gap.split()[0], hidden_words(line), since)
            if told != board.told:
                is_new = told.coverage != board.told.coverage
                yield line if is_new else None, BoardCovered(board_id, told)


def pages_shown(page: BoardPage, task: ListTask, known: int | None) -> int | None:
    """How many pages of a list are shown, where they are fewer than its pager promises.

    In place of a page that it does not show Discuz sends the first (`forum_forumdisplay.php`).
    ``known`` is what was found before.
    """
    asked = task.page
    if page.pages_shown is not None and page.pages_shown < page.pages:
        return page.pages_shown
    if page.page != asked <= page.pages:
        return asked - 1
    if repeats_others(page, task):
        return asked - task.idle
    is_more = known is not None and page.page > known and not task.idle
    return None if (known is not None and page.pages <= known) or is_more else known


def repeats_others(page: BoardPage, task: ListTask) -> bool:
    """Whether a walk ends because the pages of a list show the threads of those before them.

    A list that promises one more page on each of them has ended where it has nothing new; one that
    is empty behind its threads as well.
    """
    is_end = task.idle >= PATIENCE and page.page == task.page
    return is_end and bool(page.rows) and task.pages > task.page - task.idle + 1
