"""What a ledger learns; each change is applied once the lines it came with are stored."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.archive.state import BoardTold, MediaState, PostState, RefusalState, Task, ThreadState


@dataclass(frozen=True, slots=True)
class PostSeen:
    thread_id: str
    post: PostState


@dataclass(frozen=True, slots=True)
class PostMissed:
    """A reading missed a known post that may be there all the same.

    ``since``: the run of the first reading that did, in seconds since 1970; ``None``: it is there.
    """

    thread_id: str
    post_id: str
    since: int | None


@dataclass(frozen=True, slots=True)
class PageSeen:
    """A page was looked at (``at``: seconds since 1970).

    ``is_due``: in vain, or not all of it was stored; the next run looks at it first. ``files_due``:
    when a file of its posts is asked for again, ``None`` where it is not looked at for that.
    ``is_denied``: some of its words or files are withheld for want of rights.
    """

    thread_id: str
    number: int
    at: int
    is_due: bool = False
    files_due: int | None = None
    is_denied: bool = False


@dataclass(frozen=True, slots=True)
class RightsChanged:
    """Somebody else logs in: what was withheld for want of rights is due at ``at``."""

    at: int


@dataclass(frozen=True, slots=True)
class ClockRead:
    """A run begins at ``at``: what was noted of later times was noted by a clock that was wrong."""

    at: int


@dataclass(frozen=True, slots=True)
class ThreadMissing:
    """The forum says that there is no thread of a number that a range names (``at``: seconds)."""

    thread_id: str
    at: int


@dataclass(frozen=True, slots=True)
class ThreadSeen:
    thread: ThreadState


@dataclass(frozen=True, slots=True)
class ListSeen:
    """Page ``number`` of a board's list was looked at; ``pages`` are how many there are.

    ``rows_unread``: so many of its rows are of threads that cannot be told.
    """

    board_id: str
    number: int
    at: int
    pages: int
    rows_unread: int = 0


@dataclass(frozen=True, slots=True)
class BoardSeen:
    """``in_index``: how many threads it has by the index, those of its sub-boards included."""

    board_id: str
    name: str | None
    in_index: int | None = None


@dataclass(frozen=True, slots=True)
class BoardListed:
    """What a page of a board's list says of the board: see `BoardState`."""

    board_id: str
    threads: int | None
    pages: int
    pages_shown: int | None
    has_boards: bool


@dataclass(frozen=True, slots=True)
class RowSeen:
    """A thread stands in a board's list: see `crawler.archive.tables.boards`."""

    board_id: str
    thread_id: str
    is_moved: bool = False
    is_blind: bool = False


@dataclass(frozen=True, slots=True)
class BoardCovered:
    """What the last coverage line of a board says, and what of its list cannot be reached."""

    board_id: str
    told: BoardTold


@dataclass(frozen=True, slots=True)
class BoardWalked:
    """The whole list of a board was seen, by a walk that began then (minutes since 1970)."""

    board_id: str
    scope: str
    began: int


@dataclass(frozen=True, slots=True)
class RefusalSeen:
    refusal: RefusalState


@dataclass(frozen=True, slots=True)
class MediaSeen:
    media: MediaState


@dataclass(frozen=True, slots=True)
class TaskFound:
    task: Task


@dataclass(frozen=True, slots=True)
class TaskAgain:
    """A task that may have been done already, and is to be done once more."""

    task: Task


@dataclass(frozen=True, slots=True)
class TaskMoved:
    """A task goes on at another page."""

    task: Task


@dataclass(frozen=True, slots=True)
class TaskPutOff:
    """A task is asked for again behind all others that wait."""

    task: Task


@dataclass(frozen=True, slots=True)
class TaskDone:
    task: Task


@dataclass(frozen=True, slots=True)
class TraitsSeen:
    """Of ``pages`` pages of a kind ``found`` had each trait, the last one at ``at``."""

    kind: str
    pages: int
    found: tuple[tuple[str, int], ...]
    at: int


@dataclass(frozen=True, slots=True)
class TraitsForgotten:
    """The pages look otherwise from now on."""


@dataclass(frozen=True, slots=True)
class NoteMade:
    name: str
    value: str


Change = (
    PostSeen
    | PostMissed
    | PageSeen
    | RightsChanged
    | ClockRead
    | ThreadMissing
    | ThreadSeen
    | ListSeen
    | BoardSeen
    | BoardListed
    | RowSeen
    | BoardCovered
    | BoardWalked
    | RefusalSeen
    | MediaSeen
    | TaskFound
    | TaskAgain
    | TaskMoved
    | TaskPutOff
    | TaskDone
    | NoteMade
    | TraitsSeen
    | TraitsForgotten
)
