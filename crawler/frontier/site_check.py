"""A few pages of a forum: which ones to look at, and which facts are found on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from crawler.archive import SiteArchive
from crawler.archive.changes import TraitsForgotten
from crawler.archive.state import Traits
from crawler.discuz import urls
from crawler.discuz.facts import BoardPage, IndexPage, ThreadPage
from crawler.discuz.page import read_traits
from crawler.frontier.answer import Answer
from crawler.frontier.tasks import is_root
from crawler.frontier.template_drift import Alarm, Drift, Sample

_BOARDS, _THREADS = 2, 3
# Somebody reads the outcome at once and can look again; a run by night has to be surer.
_CHANCE = 0.01
_WIDTH = 14


class SiteCheck:
    """Counts on how many pages of each kind each fact was found.

    ``known`` are the ledger's traits by kind of page, from earlier crawls.
    """

    def __init__(self, known: Mapping[str, Traits]) -> None:
        self._drift = Drift(known, chance=_CHANCE)
        self._pages: Counter[str] = Counter()
        self._found: dict[str, Counter[str]] = {}

    def add(self, page: ThreadPage | BoardPage, sample: Sample) -> None:
        """Count a page; ``sample`` is the page as it was sent."""
        kind, key = "list", sample.url
        if isinstance(page, ThreadPage):
            kind = "thread" if page.page == 1 else "further thread"
            key = page.thread_id or sample.url
        traits = read_traits(page)
        self._pages[kind] += 1
        self._found.setdefault(kind, Counter()).update(traits)
        self._drift.observe(kind, key, traits, sample)

    def alarms(self) -> list[Alarm]:
        """Return what was found by earlier crawls and is not found any more."""
        return self._drift.alarms()

    def table(self) -> Iterator[str]:
        """Return the counts as lines: a column for each kind of page, a row for each fact."""
        kinds = list(self._pages)
        if not kinds:
            return
        names = sorted({name for found in self._found.values() for name in found}, key=_order)
        width = max(map(len, (*names, "pages read")))
        yield " ".join(("".ljust(width), *(kind.rjust(_WIDTH) for kind in kinds)))
        counts = (str(self._pages[kind]).rjust(_WIDTH) for kind in kinds)
        yield " ".join(("pages read".ljust(width), *counts))
        for name in names:
            cells = (str(self._found[kind][name] or "-").rjust(_WIDTH) for kind in kinds)
            yield " ".join((name.ljust(width), *cells))


def _order(name: str) -> tuple[bool, bool, str]:
    """Facts first, then the skin, then the places of parts, as in `date: div.authi > em`."""
    return ":" in name, name.startswith("skin"), name


def addresses_to_check(answer: Answer, asked: str) -> Iterator[str]:
    """Return the pages to look at next: two boards of an index, three threads of a board.

    ``asked`` is the address that the check began with. For the root of a forum that shows no index,
    the index is next.
    """
    page = answer.page
    if isinstance(page, IndexPage) and (page.is_proved or not is_front(answer, asked)):
        yield from [board.url for board in page.boards if board.url][:_BOARDS]
    elif is_front(answer, asked):
        yield f"{urls.as_folder(asked)}forum.php"
    elif isinstance(page, BoardPage):
        rows = [row for row in page.rows if not row.is_moved and "sticky" not in row.flags]
        for row in (rows or page.rows)[:_THREADS]:
            address = urls.read_thread_address(row.url)
            yield address.page_url(1) if address else row.url


def is_front(answer: Answer, asked: str) -> bool:
    """Whether an answer is that of the root of a forum, where anything may stand."""
    return is_root(asked) and urls.as_folder(answer.url) == urls.as_folder(asked)


def known_traits(folder: Path) -> Mapping[str, Traits]:
    """Return how a site's pages looked to earlier crawls; nothing where there were none.

    Raises `InUseError`, `LedgerError`, `OSError`.
    """
    if not folder.is_dir():
        return {}
    with closing(SiteArchive(folder)) as archive:
        return archive.ledger.trait_counts.known()


def forget_traits(folder: Path) -> None:
    """Take the pages as they are now as the measure. Raises as `known_traits` does."""
    with closing(SiteArchive(folder)) as archive:
        archive.store((), [TraitsForgotten()])
        archive.flush()
