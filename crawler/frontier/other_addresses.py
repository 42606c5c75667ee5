"""Other addresses of the page that was asked for: the desktop's, of whole posts, the plain one."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.archive.state import Task, ThreadTask
from crawler.discuz import urls
from crawler.discuz.facts import (
    BoardPage,
    Evidence,
    IndexPage,
    Page,
    ThreadPage,
)
from crawler.discuz.readers.ajax import whole_url, with_parts
from crawler.frontier.answer import Answer
from crawler.frontier.site_frontier import SiteFrontier
from crawler.frontier.tasks import address_of
from crawler.items import BLOCKS, FAILURES

# Answers after which nothing else is tried. A folder that nobody may list is no guard.
_IN_THE_WAY = (FAILURES | BLOCKS) - {"blocked"}
_MISSING = (404, 410)
_FOR_PHONES = frozenset({"touch", "wap"})


@dataclass(slots=True)
class OtherAddresses:
    """What came of the page's own address, while another address of it is asked for.

    ``parted`` is a page that shows parts of long posts, while the rest is asked for;
    ``for_phones`` one for phones, while the one for desktops is asked for. ``front`` is the forum's
    root as it was asked for, which is tried before the index; ``at_front`` is what came of it,
    where that was no index.
    """

    frontier: SiteFrontier
    front: str | None = None
    at_front: Answer | None = None
    parted: ThreadPage | None = None
    for_phones: ThreadPage | BoardPage | None = None

    @property
    def is_other(self) -> bool:
        """Whether another address of the page is being asked for."""
        return self.parted is not None or self.for_phones is not None

    def of(self, url: str) -> str:
        """The address to ask for, of the page whose own address is ``url``."""
        if self.front is not None and self.at_front is None:
            return self.front
        if self.parted is not None:
            url = whole_url(self.parted)
        return url if self.for_phones is None else urls.desktop_url(url)

    def turns_to_index(self, answer: Answer) -> bool:
        """Whether the index is to be asked for, since the forum's root showed something else.

        A portal, a page of another program, a folder that nobody may list. Where the root does not
        answer, or nobody is wanted there, the index is left alone as well.
        """
        if self.front is None or self.at_front is not None or answer.reason in _IN_THE_WAY:
            return False
        page = answer.page
        if isinstance(page, IndexPage) and page.is_proved and "gid=" not in answer.url:
            return False
        self.at_front = answer
        return True

    def best_index(self, answer: Answer) -> Answer:
        """``answer``, unless the index is not there, which the root was."""
        before = self.at_front
        if before is None or answer.status not in _MISSING or before.status in _MISSING:
            return answer
        return before

    def is_redirected(self, answer: Answer, asked: str) -> bool:
        """Whether an answer came from another address than was asked for."""
        meant = {urls.without_fragment(url) for url in (asked, self.front or asked)}
        return urls.without_fragment(answer.url) not in meant

    def turns_to_desktop(self, page: Page) -> bool:
        """Whether the desktop page is to be asked for, in place of ``page``, which is for phones.

        Discuz sends that one by the agent's name (`mobileforward`) and tells less in it. Once a
        site has sent it all the same, it is what that site has.
        """
        if not isinstance(page, ThreadPage | BoardPage) or page.skin not in _FOR_PHONES:
            return False
        if self.for_phones is not None or not self.frontier.has_desktop:
            return False
        self.for_phones = page
        return True

    def best_of(self, page: Page | None) -> Page | None:
        """``page``, unless the one for phones that came before it tells more."""
        kept, self.for_phones = self.for_phones, None
        if kept is None:
            return page
        is_better = (
            isinstance(page, ThreadPage | BoardPage)
            and type(page) is type(kept)
            and page.skin not in _FOR_PHONES
        )
        self.frontier.has_desktop = is_better
        return page if is_better else kept

    def turns_to_whole(self, page: Page, task: Task) -> bool:
        """Whether the page that was asked for leaves out parts of its posts, to be asked for."""
        if self.parted is not None or not isinstance(page, ThreadPage) or page.is_truncated:
            return False
        is_this = isinstance(task, ThreadTask) and page.thread_id == task.key
        if not is_this or not any(post.parts_missing for post in page.posts):
            return False
        self.parted = page
        return True

    def whole(self, page: Page | None) -> Page | None:
        """The page that waited for its parts, with what came of them; else ``page`` itself."""
        parted, self.parted = self.parted, None
        if parted is None:
            return page
        if isinstance(page, ThreadPage) and page.thread_id == parted.thread_id:
            return with_parts(parted, page.posts)
        return parted


def plain_url(task: Task, evidence: Evidence, status: int | None) -> str | None:
    """The plain address of a task, where the server does not know its rewritten one.

    A 404 that is not Discuz's own comes of a link from the days when the forum rewrote its
    addresses; `forum.php?mod=viewthread` works in any case.
    """
    if evidence != "other" or status not in _MISSING:
        return None
    address = address_of(task)
    plain = None
    if isinstance(address, urls.ThreadAddress):
        plain = urls.thread_url(address.root, address.thread_id)
    elif isinstance(address, urls.BoardAddress) and address.board_id.isdigit():
        plain = urls.board_url(address.root, address.board_id)
    return None if plain == (address.page_url(1) if address else task.url) else plain
