"""Other addresses of the page that was asked for: the desktop's, of whole posts, the plain one."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.archive.state import ListTask, PageTask, Task, ThreadTask
from crawler.discuz import urls
from crawler.discuz.facts import BoardPage, Evidence, Page, ThreadPage
from crawler.discuz.readers.ajax import whole_url, with_parts
from crawler.frontier.site_frontier import SiteFrontier
from crawler.frontier.tasks import address_of

_FOR_PHONES = frozenset({"touch", "wap"})


@dataclass(slots=True)
class OtherAddresses:
    """What came of the page's own address, while another address of it is asked for.

    ``parted`` is a page that shows parts of long posts, while the rest is asked for;
    ``for_phones`` one for phones, while the one for desktops is asked for.
    """

    frontier: SiteFrontier
    parted: ThreadPage | None = None
    for_phones: ThreadPage | BoardPage | None = None

    @property
    def is_other(self) -> bool:
        """Whether another address of the page is being asked for."""
        return self.parted is not None or self.for_phones is not None

    def of(self, url: str) -> str:
        """The address to ask for, of the page whose own address is ``url``."""
        if self.parted is not None:
            url = whole_url(self.parted)
        return url if self.for_phones is None else urls.desktop_url(url)

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
    if evidence != "other" or status not in (404, 410):
        return None
    address = address_of(task)
    plain = None
    if isinstance(address, urls.ThreadAddress):
        plain = urls.thread_url(address.root, address.thread_id)
    elif isinstance(address, urls.BoardAddress) and isinstance(task, ListTask):
        if address.board_id.isdigit():
            plain = urls.board_url(address.root, address.board_id)
    elif isinstance(task, PageTask):
        plain = task.key
    return None if plain == (address.page_url(1) if address else task.url) else plain
