"""The project within another Scrapy project: `ADDONS = {"crawler.addon.DiscuzAddon": 500}`.

The other project then has the spider `discuz` beside its own, with the pipelines, extensions and
settings that it needs; its other spiders are left alone. The commands come with the installed
package (`scrapy.commands` in `pyproject.toml`), all but `crawl`, which stays Scrapy's.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Self

from scrapy.settings import SETTINGS_PRIORITIES as PRIORITIES
from scrapy.settings import BaseSettings, default_settings

from crawler import settings as ours
from crawler.spiders.discuz import DiscuzSpider
from crawler.spiders.one_page import OnePage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.crawler import Crawler

# A command is called as its file is, and no entry point can name a file with a hyphen.
CheckSite = import_module("crawler.commands.check-site").Command

_SPIDERS = "crawler.spiders"
# What is the other project's own.
_THEIRS = frozenset({"BOT_NAME", "SPIDER_MODULES", "NEWSPIDER_MODULE", "COMMANDS_MODULE"})
_SETTINGS = {
    name: getattr(ours, name) for name in dir(ours) if name.isupper() and name not in _THEIRS
}


class DiscuzAddon:
    """Gives the spiders of this package what they need, below what the project itself sets.

    ``is_ours`` tells whether the crawl is one of those; ``own`` are the settings that the spider
    has in `custom_settings`, and not from here.
    """

    def __init__(self, *, is_ours: bool, own: Iterable[str] = ()) -> None:
        self._is_ours = is_ours
        self._own = frozenset(own)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider = crawler.spidercls
        is_ours = issubclass(spider, DiscuzSpider | OnePage)
        return cls(is_ours=is_ours, own=spider.custom_settings or ())

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Add the spider, and the settings that Scrapy does not know: commands read them, too."""
        if _SPIDERS not in settings.getlist("SPIDER_MODULES"):
            settings.add_to_list("SPIDER_MODULES", _SPIDERS)
        for name, value in _SETTINGS.items():
            if not hasattr(default_settings, name):
                settings.set(name, value, priority="addon")

    def update_settings(self, settings: BaseSettings) -> None:
        """Add pipelines, middlewares, extensions and Scrapy's own settings to a crawl of ours."""
        if not self._is_ours:
            return
        for name, value in _SETTINGS.items():
            if name in self._own:
                continue
            if isinstance(value, dict):
                theirs = settings.getdict(name)
                priority = max(PRIORITIES["addon"], settings.getpriority(name) or 0)
                settings.set(name, {**value, **theirs}, priority=priority)
            else:
                settings.set(name, value, priority="addon")
