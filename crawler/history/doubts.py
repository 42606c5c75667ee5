"""Known posts that the pages of a thread do not show: which of them are gone.

A page that does not show a post is no proof. A reply that is deleted between the reading of two
pages moves another one over their boundary, where no page shows it; a page out of a cache lacks the
newest posts; a site may order floors in its own way. So a post is gone if the thread's counter does
not count it any more, or if the readings of two runs missed it.
Many at once that it goes on counting are withheld by somebody: Discuz counts anew when it deletes
(`updatethreadcount`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from crawler.archive.changes import Change, PostMissed
from crawler.archive.state import PostState

# So many do not go while the counter goes on counting them.
_MANY = 3


@dataclass(slots=True)
class Doubts:
    """The posts of a thread that one reading has missed so far.

    ``earlier`` are those that readings before it have missed, each with the run that was the first
    to do so; ``began`` is when this run began (both in seconds since 1970).
    """

    thread_id: str
    earlier: Mapping[str, int]
    began: int
    _missed: dict[str, PostState] = field(default_factory=dict)
    # on which pages each may stand
    _pages: dict[str, set[int]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    # posts that were missed, and shown by another page
    _shown: set[str] = field(default_factory=set)

    def see(self, post_ids: Iterable[str]) -> None:
        """Note that a page shows these posts."""
        for post_id in post_ids:
            if self._missed.pop(post_id, None) is not None:
                self._shown.add(post_id)
            if post_id in self.earlier:
                self._seen.add(post_id)

    def miss(self, post: PostState, pages: set[int]) -> None:
        """Note that one of these pages should show a post; not one that another page showed."""
        if post.id in self._shown:
            return
        self._missed[post.id] = post
        self._pages[post.id] = pages

    def __bool__(self) -> bool:
        return bool(self._missed)

    @property
    def now(self) -> int:
        """How many posts this reading has missed."""
        return len(self._missed)

    @property
    def open(self) -> int:
        """How many posts are in doubt, by this reading or an earlier one."""
        return len(self._missed.keys() | (self.earlier.keys() - self._seen))

    @property
    def pages(self) -> set[int]:
        """The pages to look at again for posts that are in doubt."""
        return set().union(*(self._pages[post_id] for post_id in self._missed))

    def withheld(self, number: int | None) -> int:
        """How many posts are withheld, by how many the counter does not count any more."""
        missed = len(self._missed)
        return missed if missed >= _MANY and number is not None and number <= 0 else 0

    def missed_again(self, number: int | None) -> list[PostState]:
        """Take the posts that an earlier run has missed as well: they are gone.

        ``number``: how many the counter does not count any more, ``None`` where that is not known.
        """
        if self.withheld(number):
            return []
        return self._take(
            [
                post
                for post in self._missed.values()
                if post.id not in self._seen and self.earlier.get(post.id, self.began) < self.began
            ]
        )

    def uncounted(self, number: int | None, *, counts_comments: bool) -> list[PostState]:
        """Take all that are missing, if the counter says that so many are gone, or more.

        ``number`` as in `missed_again`. ``counts_comments``: it may count comments as well, and
        those of a post most often go with it.
        """
        missed = list(self._missed.values())
        if number is None:
            return []
        comments = sum(post.comments or 0 for post in missed) if counts_comments else 0
        is_told = number == len(missed) or number >= len(missed) + comments
        return self._take(missed) if is_told else []

    def _take(self, posts: list[PostState]) -> list[PostState]:
        for post in posts:
            del self._missed[post.id]
            self._seen.add(post.id)
        return posts

    def changes(self) -> Iterator[Change]:
        """What the next run has to know."""
        for post_id in self._seen & self.earlier.keys():
            yield PostMissed(self.thread_id, post_id, None)
        for post_id in self._missed:
            since = self.began if post_id in self._seen else self.earlier.get(post_id, self.began)
            yield PostMissed(self.thread_id, post_id, since)
