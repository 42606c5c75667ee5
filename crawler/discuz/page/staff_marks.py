"""The marks that staff sets on a thread, as lists and thread pages show them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discuz.dates import is_date, read_date
from crawler.discuz.elements import words
from crawler.discuz.facts import StaffAction
from crawler.discuz.words import RECOMMENDED, STICKY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

    from crawler.discuz.dates import Clock
    from crawler.discuz.page.floor_index import Floor

# pin_2.gif, digest_3.gif, folder_lock.gif, locked.gif; X3.5: <i class="fico-lock …">; or the words
_STAFF_MARKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"/pin_?\d|fico-thumbtack|{STICKY}"), "sticky"),
    (re.compile(r"/digest_?\d|fico-digest|精[华華]"), "digest"),
    (re.compile(r"/(?:folder_)?lock(?:ed)?\.|fico-lock|[关關][闭閉]"), "closed"),
)
# beside the title, and not set by staff alone: hot_1.gif, agree.gif; X3.5: <i class="fico-fire …">
_OTHER_MARKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/hot_?\d|fico-fire|[热熱]度|[热熱]帖"), "hot"),
    (re.compile(rf"/(?:agree|recommend)_?\d|{RECOMMENDED}"), "recommended"),
    (re.compile(r"高亮"), "highlighted"),
)
# 本主题由 NAME 于 2023-3-14 12:00 设置高亮
_BY_STAFF = re.compile(r"本主[题題]由\s(?P<name>\S{1,99})\s[于於]\s(?P<rest>.{1,200})")
# what a date ends with: 2023-3-14 12:00, 昨天 12:00, 3 天前, 12:00 PM
_DATE_END = re.compile(r"(?:\d|[前天才刚剛日]|[AP]M)$", re.I)
# in place of a name: done at a set time (viewthread_lastmod() of forum_viewthread.php)
_NOBODY = "System"
# 解除 and 取消 take back
_ACTION = re.compile(r"\d:\d\d\s?(?!解除|取消)(\S{1,20})$")


def read_staff_marks(signs: Iterable[str]) -> list[str]:
    """Which marks the addresses, classes and titles of icons tell.

    >>> read_staff_marks(["static/image/common/folder_lock.gif", "精华 3"])
    ['digest', 'closed']
    """
    said = "\n".join(signs)
    return [name for rule, name in _STAFF_MARKS if rule.search(said)]


def flags_of(signs: Iterable[str]) -> tuple[str, ...]:
    """All marks of a thread that icons beside its title and lines below it tell."""
    said = "\n".join(signs)
    return tuple(name for rule, name in (*_STAFF_MARKS, *_OTHER_MARKS) if rule.search(said))


def read_flags(page: Floor, first: Floor | None, heading: _Element) -> tuple[str, ...]:
    """Sticky, digest, closed …: by icons beside the title, stamps and the last staff action."""
    title = heading.getparent()
    # <h1 class="ts">…</h1> <span class="xg1"><img src="…/digest_3.gif" title="精华 3" />
    boxes = (title, title.getnext()) if title is not None else ()
    signs = [sign for box in boxes if box is not None for sign in icons_in(box)]
    if first is not None:
        signs += _actions(first)
    # in the first floor's wrapper, where a skin has one
    for stamp in (first.all("stamp") if first is not None else []) + page.all("stamp"):
        # <div id="threadstamp"><img src="static/image/stamp/001.gif" title="精华" />
        signs += [picture.get("title") or "" for picture in stamp.iter("img")]
    return flags_of(signs)


def read_staff_action(floors: Iterable[Floor], clock: Clock) -> StaffAction | None:
    """The last staff action, from the line that the first floor has of it."""
    for floor in floors:
        for line in floor.all("staff_action"):
            found = _BY_STAFF.match(words(line))
            if found is None:
                continue
            titled = next((part.get("title") for part in line.iter("span")), None)
            parts = found["rest"].split()
            # the longest beginning that is a date and not the action as well
            for end in range(len(parts) - 1, 0, -1):
                said, action = " ".join(parts[:end]), " ".join(parts[end:])
                if is_date(said) and _DATE_END.search(said) and not action[0].isdigit():
                    name = None if found["name"] == _NOBODY else found["name"]
                    date = read_date(said, titled, clock)
                    return StaffAction(action, name, date)
    return None


def read_actions(floors: Iterable[Floor]) -> tuple[str, ...]:
    """The marks that the last staff action tells, where nothing else of the page is there."""
    return flags_of(sign for floor in floors for sign in _actions(floor))


def _actions(floor: Floor) -> Iterator[str]:
    for line in floor.all("staff_action"):
        action = _ACTION.search(words(line))
        if action:
            yield action[1]


def icons_in(box: _Element) -> Iterator[str]:
    """Addresses, classes and titles of the icons in a box."""
    for icon in box.iter("img", "i"):
        yield " ".join(filter(None, map(icon.get, ("src", "class", "title"))))
