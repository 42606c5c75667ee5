"""Whether something stands between us and a forum: told by the answers of one run, one by one.

Guards, firewalls, quotas and broken servers answer in a forum's place, in words that nobody can
list. So an answer that is not the forum's own about this very thing is a doubt, and only what comes
after it tells what it was. If the forum answers for others, the doubt was about the address, which
is asked for once more, behind all others, before it is refused. If doubts follow each other, a page
that was read before is asked for: where that one comes, they are about their addresses as well;
where it does not, something is in the way, the run ends, and all that was in doubt waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Generic, TypeVar

from crawler.items import BLOCKS, FAILURES, Reason

# What comes of a doubt once it is decided.
Outcome = TypeVar("Outcome")

# So many answers in a row may be put down to single addresses by pages that were read before, which
# a guard or a cache in front of it may let pass. A thread that was never read proves more.
_CHECKS = 3
# A pause of an hour that the server's error page of each address asks for.
_PAUSES = 3
# At least half of so many last answers.
_WINDOW = 20
# Fewer threads than these go in one night even of a small forum; more than these are many where
# fewer others answer; of all that are known, one in so many is a large share.
_FEW_GONE, _MANY_GONE = 3, 10
_LARGE_SHARE = 5


class Kind(Enum):
    """What is in doubt.

    FOREIGN: whether the forum answered at all. RIGHTS: whether the forum keeps this thread from us,
    or all of them (a quota, a login that everybody needs now); LISTS: the same of a board's list.
    MISSING: whether a thread that was read before is gone, or the forum lost its memory. PAGES:
    whether a thread ends before a page that its counter promises, or nobody gets behind first ones.
    """

    FOREIGN = auto()
    RIGHTS = auto()
    LISTS = auto()
    MISSING = auto()
    PAGES = auto()


# Other answers may come between them: threads of one page tell nothing of second pages.
_OF_NO_ROW = (Kind.MISSING, Kind.PAGES)


class Course(Enum):
    """What becomes of a task whose answer is in doubt.

    PUT_OFF: it is asked for once more, behind all others. WAIT: it was asked for often enough; the
    next answers decide. REFUSE: it is decided. STOP: the site is left alone.
    """

    ASK_AGAIN = auto()
    PUT_OFF = auto()
    WAIT = auto()
    REFUSE = auto()
    STOP = auto()


@dataclass(frozen=True, slots=True)
class Doubt:
    """An answer in doubt: for which task, and what it was.

    ``is_second``: the task was put off before, there is nothing to put it behind, or the same was
    met on earlier nights (``is_known``) while the forum answered for others. ``is_check``: the task
    is the check itself. ``can_pass``: such an answer may be over within seconds. ``pause``: the
    seconds that it asks for, where these are too many to wait.
    """

    task_id: int
    kind: Kind
    reason: Reason
    url: str
    message: str | None = None
    is_second: bool = False
    is_known: bool = False
    is_check: bool = False
    can_pass: bool = False
    pause: float | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a site was left alone.

    ``why``: blocked, login, closed, changed or failing; the others are of the last answer.
    ``answers`` is how many in a row were so.
    """

    why: str
    url: str
    reason: Reason
    message: str | None
    answers: int
    pause: float | None = None

    @property
    def text(self) -> str:
        """Because of which answers, in words."""
        answers = f"the last {self.answers} answers were" if self.answers > 1 else "an answer was"
        message = f": {self.message}" if self.message else ""
        pause = f", which asks for a pause of {self.pause:,.0f} s" if self.pause else ""
        return f"{answers} {self.reason}, as {self.url}{message}{pause}"


@dataclass(slots=True)
class Obstacles(Generic[Outcome]):
    """The doubts of one site in one run.

    ``blocks`` and ``failures`` are how many in a row are borne, 0 for any number. ``can_check``
    tells whether there is a page that was read before, ``has_others`` whether other answers are to
    come in any case, ``known_threads`` how many threads there are of which one could be missing.
    ``wants_check``: a page that was read before is to be asked for next. ``stopped`` is why the
    site was left alone, ``vanished`` how many threads are missing at once, and of how many.
    """

    blocks: int
    failures: int
    can_check: Callable[[], bool]
    has_others: Callable[[], bool]
    known_threads: Callable[[], int]
    wants_check: bool = False
    stopped: Stopped | None = None
    vanished: tuple[int, int] | None = None
    _series: dict[Kind, dict[int, Doubt]] = field(default_factory=lambda: {k: {} for k in Kind})
    _window: deque[bool] = field(default_factory=lambda: deque(maxlen=_WINDOW))
    _waiting: dict[int, tuple[Kind, Callable[[bool], Outcome]]] = field(default_factory=dict)
    _first_doubt: dict[int, tuple[int, int, int, int, int]] = field(default_factory=dict)
    _verdicts: dict[int, bool] = field(default_factory=dict)
    _checks: int = 0
    _new_threads: int = 0
    _threads: int = 0
    _answers: int = 0
    _pages: int = 0
    _later_pages: int = 0

    @property
    def has_pages(self) -> bool:
        """Whether a list or a thread was read in this run."""
        return self._pages > 0

    @property
    def is_doubtful(self) -> bool:
        """Whether the last answer was in doubt: then one thing is asked for at a time."""
        in_a_row = any(self._series[kind] for kind in Kind if kind not in _OF_NO_ROW)
        return in_a_row or self.wants_check

    @property
    def has_answers(self) -> bool:
        """Whether the forum answered in this run."""
        return self._answers > 0

    def answered(
        self,
        *,
        is_page: bool = False,
        is_thread: bool = False,
        is_new: bool = False,
        is_check: bool = False,
        is_later: bool = False,
        task_id: int | None = None,
    ) -> list[Outcome]:
        """The forum answered for a task: what comes of the doubts that this decides.

        ``task_id``: the task whose page came, which is not missing then. ``is_page``: with a page
        of a list or thread; ``is_thread``: of a thread; ``is_new``: of one that was never read;
        ``is_later``: a page behind its first one.
        """
        self._answers += 1
        if task_id is not None:
            self._series[Kind.MISSING].pop(task_id, None)
        self._threads += is_thread
        self._pages += is_page
        self._later_pages += is_later
        self._window.append(False)
        decided = {Kind.FOREIGN, Kind.LISTS} if is_page else {Kind.FOREIGN}
        if is_check:
            self.wants_check = False
            self._checks += 1
            if not self._new_threads:
                # no quota was used up in this run
                decided.add(Kind.RIGHTS)
        if is_thread and is_new:
            self._checks = 0
            self._new_threads += 1
            decided.add(Kind.RIGHTS)
        if is_later:
            decided.add(Kind.PAGES)
        for kind in decided:
            self._series[kind].clear()
        if is_thread:
            # the forum has its memory; how many are missing stays counted
            decided.add(Kind.MISSING)
        if is_thread and not self._new_threads:
            # a thread that was read before tells what a check would, and is not one in a row
            decided.add(Kind.RIGHTS)
        over = [(task, kind) for task, (kind, _) in self._waiting.items() if kind in decided]
        return [
            self._waiting.pop(task)[1](kind is not Kind.MISSING or not self._have_vanished())
            for task, kind in over
        ]

    def check_failed(self) -> None:
        """The page that was read before tells nothing this time."""
        self.wants_check = False
        self._checks += 1

    def weigh(self, doubt: Doubt) -> Course:
        """What becomes of a task whose answer is in doubt."""
        if doubt.kind is Kind.MISSING:
            self._series[Kind.MISSING][doubt.task_id] = doubt
        if doubt.task_id in self._verdicts:
            return Course.REFUSE
        if doubt.kind is Kind.MISSING:
            return self._weigh_missing(doubt)
        others = self._series[doubt.kind].keys() - {doubt.task_id}
        if doubt.can_pass and (doubt.is_check or not others):
            return Course.ASK_AGAIN
        if self._is_proved(doubt, is_alone=not others):
            self._verdicts[doubt.task_id] = True
            return Course.REFUSE
        if self._stops(doubt):
            self._stop(doubt)
            return Course.STOP
        if not doubt.is_second:
            return Course.PUT_OFF
        # all that was read before may be among what is still to come
        can_tell = self.can_check() or (doubt.is_known and self.has_others())
        return Course.WAIT if can_tell else Course.REFUSE

    def is_own(self, doubt: Doubt) -> bool:
        """Whether a doubt that is refused at once is proved to be about its address."""
        is_proved = self._verdicts.pop(doubt.task_id, doubt.kind is Kind.MISSING)
        have_vanished = doubt.kind is Kind.MISSING and self._have_vanished()
        return is_proved and not have_vanished

    def wait(self, doubt: Doubt, outcome: Callable[[bool], Outcome]) -> None:
        """Keep what is to be published of a doubt until it is decided.

        ``outcome`` is called with whether the doubt is proved to be about its address.
        """
        self._waiting[doubt.task_id] = doubt.kind, outcome

    def settle(self) -> list[int]:
        """Nothing else is left to ask: decide the doubts that no answer decided.

        Returns the tasks to ask for once more; none where a check may still decide them.
        """
        kinds = {kind for kind, _ in self._waiting.values()}
        is_open = bool(kinds & {Kind.FOREIGN, Kind.LISTS, Kind.MISSING})
        is_open = is_open or (Kind.RIGHTS in kinds and not self._new_threads)
        if is_open and self._checks < _CHECKS and self.can_check():
            self.wants_check = True
            return []
        self._verdicts |= dict.fromkeys(self._waiting, False)
        released = list(self._waiting)
        self._waiting.clear()
        return released

    def stop_at(self, reason: Reason, url: str, message: str | None) -> None:
        """Leave the site alone because of an answer that shows that others were not the forum's."""
        self.stopped = Stopped("blocked", url, reason, message, answers=1)
        self._waiting.clear()
        self.wants_check = False

    def _is_proved(self, doubt: Doubt, *, is_alone: bool) -> bool:
        """Whether what came since the first doubt about an address tells that it is its own.

        ``is_alone``: the answer before this one was the forum's.
        """
        answers, pages, _, new, later = self._since(doubt)
        if not doubt.is_second or doubt.is_check:
            return False
        if doubt.kind is Kind.RIGHTS:
            # threads that were never read before: it is no quota
            return self._new_threads > (0 if doubt.is_known else new)
        if doubt.kind is Kind.LISTS:
            return self._pages > (0 if doubt.is_known else pages)
        if doubt.kind is Kind.PAGES:
            return self._later_pages > later
        return is_alone and (self._answers > answers or (doubt.is_known and self.has_answers))

    def _weigh_missing(self, doubt: Doubt) -> Course:
        """A thread is gone if another one was read since it was found missing for the first time.

        A forum that lost its memory, for a night or to a backup, says the same of all that it lost.
        """
        threads = self._since(doubt)[2]
        if doubt.is_check:
            self.check_failed()
        if not doubt.is_second:
            return Course.PUT_OFF
        if self._threads > threads or not self.can_check() or self._have_vanished():
            return Course.REFUSE
        return Course.WAIT

    def _since(self, doubt: Doubt) -> tuple[int, int, int, int, int]:
        """How much had come by a task's first doubt.

        Answers, pages, threads, new threads, and pages of threads behind their first ones.
        """
        now = self._answers, self._pages, self._threads, self._new_threads, self._later_pages
        return self._first_doubt.setdefault(doubt.task_id, now)

    def _have_vanished(self) -> bool:
        """Whether so many threads are missing that the forum may have lost them for a while."""
        missing, known = len(self._series[Kind.MISSING]), self.known_threads()
        is_large = missing >= _FEW_GONE and missing * _LARGE_SHARE >= known
        if is_large or (missing >= _MANY_GONE and missing > self._threads):
            self.vanished = missing, max(known, missing)
        return self.vanished is not None

    def _stops(self, doubt: Doubt) -> bool:
        """Count a doubt; whether the site is left alone."""
        if doubt.is_check:
            return True
        if doubt.is_known:
            return False
        series = self._series[doubt.kind]
        if doubt.kind is Kind.FOREIGN and doubt.task_id not in series:
            self._window.append(True)
        series[doubt.task_id] = doubt
        if doubt.pause is not None and doubt.reason != "server_error":
            return True
        if not self._is_too_much(doubt.kind):
            return False
        self._window.clear()
        if doubt.kind is Kind.RIGHTS:
            can_tell = not self._new_threads
        elif doubt.kind is Kind.PAGES:
            # first pages come in any case
            can_tell = False
        else:
            # whoever says that he wants no more requests gets none
            can_tell = doubt.is_second or doubt.reason not in BLOCKS
        self.wants_check = can_tell and self._checks < _CHECKS and self.can_check()
        return not self.wants_check

    def _is_too_much(self, kind: Kind) -> bool:
        doubts = self._series[kind].values()
        is_failing = all(each.reason in FAILURES for each in doubts)
        limit = self.failures if is_failing else self.blocks
        if not limit:
            return False
        if sum(each.pause is not None for each in doubts) >= _PAUSES:
            return True
        is_full = len(self._window) == _WINDOW and 2 * sum(self._window) >= _WINDOW
        return len(doubts) >= limit or (is_full and kind is Kind.FOREIGN)

    def _stop(self, last: Doubt) -> None:
        series = {**self._series[last.kind], last.task_id: last}
        reasons = {each.reason for each in series.values()}
        why = "blocked"
        if last.reason in ("login_required", "no_permission"):
            why = "login"
        elif len(reasons) == 1:
            why = _WHY.get(last.reason, why)
        self.stopped = Stopped(
            why, last.url, last.reason, last.message, answers=len(series), pause=last.pause
        )
        self._waiting.clear()
        self.wants_check = False


# What a series of one reason alone means; of any other, and of several, that we are kept out.
_WHY: dict[Reason, str] = {
    "unreachable": "failing",
    "site_closed": "closed",
    "template_unknown": "changed",
}
