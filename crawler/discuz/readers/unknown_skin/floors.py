"""Where the floors of a thread page are, told by its structure alone.

What a skin may rename are ids and classes; what it cannot do without are the forum's addresses and
words. A floor is one of several like boxes that each hold a member's address, a date and, mostly,
links that name one post (reply, report, findpost). Its body is the box that says what no other
floor says.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.dates import is_date
from crawler.discuz.elements import all_text, own_text, short_text, words
from crawler.discuz.readers.unknown_skin.bodies import (
    FoundFloor,
    Path,
    find_bodies,
    visible,
    with_ancestors,
    with_paths,
)
from crawler.discuz.words import REPLY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

# Links that name the post they stand in: reply, quote, report, rate, its own address.
_POST_LINK = re.compile(r"[?&;](?:repquote|reppost|rid|pid)=([1-9]\d{0,17})|#pid([1-9]\d{0,17})")
# those that only the floor itself has: answer it, report it
_OWN_LINK = re.compile(r"[?&;](?:repquote|reppost|rid)=")
# a date with one of these words is when something was written; with one of the others it is not
_WRITTEN = re.compile(rf"[发發][表布]|{REPLY}[于於]|posted", re.I)
_NOT_WRITTEN = re.compile(r"注册|註冊|登[录錄]|活[跃躍]|[访訪][问問]|[编編][辑輯]|[结結]束|截止")
_LONGEST_DATE = 60
# What a page has of lists of members with dates: floors, comments, ratings, news beside them.
_TRIES = 5
# 6,789  1.2万  80%
_FIGURE = re.compile(r"[\d.,%+-]+[万萬]?$")

# each box with the posts, or the members, that links in it name
_Named = dict["_Element", set[str]]


def find_floors(root: _Element) -> Iterator[list[FoundFloor]]:
    """What may be the floors, the likeliest first: by the posts they name, else by who wrote them.

    Guests of a skin for phones get no links that name a post.
    """
    posts: _Named = {}
    members: _Named = {}
    dates: dict[_Element, _Element] = {}
    for element in visible(root):
        post_id = _post_id(element)
        user_id = urls.user_id(element.get("href")) if element.tag == "a" else None
        is_date_element = not post_id and _is_date_element(element)
        # asked last, for it goes up the tree
        if not (post_id or user_id or is_date_element) or _is_quoted(element):
            continue
        for named, name in ((posts, post_id), (members, user_id)):
            if name:
                for box in with_ancestors(element):
                    named.setdefault(box, set()).add(name)
        if is_date_element:
            for box in with_ancestors(element):
                dates.setdefault(box, element)
    numbered = _numbered(posts, dates)
    if numbered:
        yield [*_opening(numbered, posts, dates), *numbered]
    # comments on a post are such a list too: the page's own counter tells
    lists = [(around, _like_heads(around, members, dates)) for around in members]
    lists.sort(key=lambda each: len(each[1]), reverse=True)
    for around, heads in lists[:_TRIES]:
        floors = _split(around, heads, None, dates) if len(heads) > 1 else []
        if floors:
            yield floors


def _numbered(posts: _Named, dates: dict[_Element, _Element]) -> list[FoundFloor]:
    """The like boxes with the most posts between them."""
    lists: list[tuple[int, int, list[FoundFloor]]] = []
    single: list[tuple[int, _Element, list[_Element]]] = []
    for around in posts:
        heads = _heads(around, posts, dates)
        depth = sum(1 for _ in with_ancestors(around))
        found = _split(around, heads, posts, dates) if len(heads) > 1 else []
        if len(found) > 1:
            lists.append((len(found), depth, found))
        elif len(heads) == 1 or found:
            single.append((depth, around, heads))
    if lists:
        # of two with as many floors the inner one: a box further out may hold several
        return max(lists, key=lambda each: each[:2])[2]
    # of one floor the innermost box that has it whole: further out are other things too; measuring
    # a box costs a walk through it
    single.sort(key=lambda each: each[0], reverse=True)
    for _, around, heads in single:
        found = _split(around, heads, posts, dates)
        if len(found) == 1 and found[0].author_link is not None and find_bodies(found):
            return found
    return []


def _opening(
    floors: list[FoundFloor], posts: _Named, dates: dict[_Element, _Element]
) -> list[FoundFloor]:
    """The floor above a list of replies, which skins for phones set apart from them."""
    known = {floor.post_id for floor in floors}
    # what leads to the replies in each box that holds them
    inner = {box.getparent(): box for box in with_ancestors(floors[0].boxes[0])}
    for box, told in posts.items():
        around = box.getparent()
        is_apart = len(told) == 1 and box in dates and known.isdisjoint(told)
        # the outermost box that is of this post alone
        if around is None or not is_apart or around not in inner:
            continue
        if around.index(box) < around.index(inner[around]):
            return _split(around, [box], posts, dates)
    return []


def _heads(around: _Element, named: _Named, dates: dict[_Element, _Element]) -> list[_Element]:
    return [child for child in around if child in dates and child in named]


def _like_heads(
    around: _Element, members: _Named, dates: dict[_Element, _Element]
) -> list[_Element]:
    """As `_heads`, with those that name nobody: whoever wrote them has gone, or gave no name."""
    kinds = {(head.tag, head.get("class")) for head in _heads(around, members, dates)}
    return [
        child for child in around if child in dates and (child.tag, child.get("class")) in kinds
    ]


def _split(
    around: _Element,
    heads: list[_Element],
    posts: _Named | None,
    dates: dict[_Element, _Element],
) -> list[FoundFloor]:
    """A floor from each child that begins one to the next; ``posts`` have to differ."""
    starts = set(heads)
    floors: list[FoundFloor] = []
    seen: set[str] = set()
    for child in around:
        if child in starts:
            told = posts[child] - seen if posts else seen
            if posts and not told:
                return []
            floors.append(FoundFloor([child], dates[child]))
            seen |= told
        elif floors and child.tag == heads[0].tag and child not in dates:
            floors[-1].boxes.append(child)
    for floor in floors:
        floor.post_id = _most_named(floor.boxes)
        floor.author_link = _first_user(floor)
    _find_dates(floors)
    ids = [floor.post_id for floor in floors if floor.post_id or posts]
    return floors if len(set(ids)) == len(ids) else []


def _post_id(element: _Element) -> str | None:
    if element.tag != "a":
        return None
    found = _POST_LINK.search(_addresses(element))
    return (found[1] or found[2]) if found else None


def _addresses(link: _Element) -> str:
    # <a href="javascript:;" onclick="showWindow('…', 'misc.php?mod=report&rtype=post&rid=7…
    return f"{link.get('href')} {link.get('onclick')}"


def _is_quoted(element: _Element) -> bool:
    return any(box.tag == "blockquote" for box in with_ancestors(element))


def _is_date_element(element: _Element) -> bool:
    return len(element) <= 3 and bool(date_words(element))


def date_words(element: _Element) -> str:
    """The date that an element consists of, with counters and buttons in elements of their own."""
    # <li><span><em>2073</em><em>55</em></span>2026-1-29 21:07</li>
    for said in (short_text(element, _LONGEST_DATE), own_text(element).strip()):
        is_short = said and len(said) <= _LONGEST_DATE
        if is_short and not _NOT_WRITTEN.search(said) and is_date(said):
            return said
    return ""


def _most_named(boxes: Iterable[_Element]) -> str | None:
    """The post that most links in a floor name."""
    named: Counter[str] = Counter()
    own: Counter[str] = Counter()
    for box in boxes:
        for link in box.iter("a"):
            post_id = _post_id(link)
            if post_id and not _is_quoted(link):
                named[post_id] += 1
                own[post_id] += _OWN_LINK.search(_addresses(link)) is not None
    # a trade names its goods oftener than itself: viewthread&do=tradeinfo&tid=1&pid=158
    best = (+own or named).most_common(1)
    return best[0][0] if best else None


def _find_dates(floors: list[FoundFloor]) -> None:
    """Take for each floor's date the one that stands where most floors have one.

    A member's last login looks like it, but is not in all floors; of two that are the one that
    says of itself when something was written.
    """
    found = [dict(_dates_of(floor)) for floor in floors]
    share: Counter[Path] = Counter(path for dates in found for path in dates)
    written: Counter[Path] = Counter(
        path for dates in found for path, date_element in dates.items() if _is_written(date_element)
    )
    for floor, dates in zip(floors, found, strict=True):
        best = max(dates, key=lambda path: (share[path], written[path]), default=None)
        if best is not None:
            floor.date_element = dates[best]


def _dates_of(floor: FoundFloor) -> Iterator[tuple[Path, _Element]]:
    """The dates of a floor that tell a time of day or are said to be when it was written.

    Each with the end of its path. What stands behind another member's name is when that one
    commented or rated.
    """
    told: set[Path] = set()
    author = urls.user_id(floor.author_link.get("href")) if floor.author_link is not None else None
    for path, element in with_paths(floor.boxes):
        member = urls.user_id(element.get("href")) if element.tag == "a" else None
        if told and member not in (None, author) and not _is_quoted(element):
            return
        place = path[-2:]
        if place in told or not _is_date_element(element) or _is_quoted(element):
            continue
        said = date_words(element)
        if _is_written(element) or ":" in said or "前" in said:
            told.add(place)
            yield place, element


def _is_written(date_element: _Element) -> bool:
    return _WRITTEN.search(all_text(date_element)) is not None


def _first_user(floor: FoundFloor) -> _Element | None:
    """The link to whoever wrote a floor: the first with a name, but for counters (do=thread)."""
    links = [
        element
        for box in floor.boxes
        for element in visible(box)
        if element.tag == "a" and urls.user_id(element.get("href"))
    ]
    named = [link for link in links if words(link)]
    plain = [link for link in named if "do=" not in (link.get("href") or "")]
    first = next(iter(plain or named or links), None)
    if first is None:
        return None
    # how much somebody wrote may lead to his page as well: <a href="…uid=7">6789</a>
    member = urls.user_id(first.get("href"))
    own = [link for link in plain if urls.user_id(link.get("href")) == member]
    return next((link for link in own if not _FIGURE.match(words(link))), first)
