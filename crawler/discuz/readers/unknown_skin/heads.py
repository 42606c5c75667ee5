"""Who wrote each floor and when, by the places that every floor has."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.dates import is_date, read_date
from crawler.discuz.elements import line_of, own_text, short_text, words
from crawler.discuz.post.author import read_name
from crawler.discuz.readers.unknown_skin.places import Layout, Place, masked, with_ancestors
from crawler.discuz.words import FLOOR_LABEL, REPLY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lxml.etree import _Element

    from crawler.discuz.dates import Clock

# Links that name the post they stand in: reply, quote, report, rate, its own address.
_POST_LINK = re.compile(r"[?&;](?:repquote|reppost|rid|pid)=([1-9]\d{0,17})|#pid([1-9]\d{0,17})")
# and the thread that it is of
_THREAD = re.compile(r"[?&;]p?tid=(\d{1,18})")
# those that only the floor itself has: answer it, report it
_OWN_LINK = re.compile(r"[?&;](?:repquote|reppost|rid)=")
# a date with one of these words is when something was written; with one of the others it is not
_WRITTEN = re.compile(rf"[发發][表布]|{REPLY}[于於]|posted", re.I)
_NOT_WRITTEN = re.compile(r"注册|註冊|登[录錄]|活[跃躍]|[访訪][问問]|[编編][辑輯]|[结結]束|截止")
_LONGEST_DATE = 60
# · 2017-6-1 08:15 |
_AROUND_DATE = " \t\r\n\xa0|/·•-–—,，"
# 楼主, 沙发#, 5#, 12楼
_LABEL = re.compile(FLOOR_LABEL)
LONGEST_LABEL = 11
# In such a share of the floors stands what may be something of each of them.
_RIVAL = 0.25
# 6,789  1.2万  80%
_FIGURE = re.compile(r"[\d.,%+-]+[万萬]?$")


# -- what an element tells ------------------------------------------------------------------------


def post_id_of(element: _Element, thread_id: str) -> str | None:
    """The number of the post of a thread that a link names."""
    if element.tag != "a":
        return None
    leads_to = _addresses(element)
    found = _POST_LINK.search(leads_to)
    thread = _THREAD.search(leads_to)
    if found is None or (thread is not None and thread[1] != thread_id):
        return None
    return found[1] or found[2]


def member_of(element: _Element) -> str | None:
    """The number of the member that a link leads to."""
    return urls.user_id(element.get("href")) if element.tag == "a" else None


def date_words(element: _Element) -> str:
    """The date that an element consists of, with counters and buttons in elements of their own."""
    # <li><span><em>2073</em><em>55</em></span>2026-1-29 21:07</li>
    for told in (short_text(element, _LONGEST_DATE), own_text(element)):
        said = told.strip(_AROUND_DATE)
        is_short = said and len(said) <= _LONGEST_DATE
        if is_short and not _NOT_WRITTEN.search(said) and is_date(said):
            return "" if _NOT_WRITTEN.search(_label_before(element)) else said
    return ""


def _label_before(element: _Element) -> str:
    """What stands in front of an element: <dt>注册时间</dt><dd>2017-6-1</dd>."""
    before = element.getprevious()
    if before is None:
        around = element.getparent()
        return (around.text or "")[-LONGEST_LABEL:] if around is not None else ""
    return (before.tail or "").strip() or line_of(before, LONGEST_LABEL)


def is_label(said: str) -> bool:
    """Whether words are the label of a floor: 楼主, 沙发#, 5#."""
    return _LABEL.fullmatch(said) is not None


def says_written(said: str) -> bool:
    """Whether words say that a date behind them is when something was written: 发表于."""
    return _WRITTEN.match(said) is not None and len(said) <= LONGEST_LABEL


def is_quoted(element: _Element) -> bool:
    """Whether it stands in what somebody else wrote before."""
    return any(box.tag == "blockquote" for box in with_ancestors(element))


def _addresses(link: _Element) -> str:
    # <a href="javascript:;" onclick="showWindow('…', 'misc.php?mod=report&rtype=post&rid=7…
    return f"{link.get('href')} {link.get('onclick')}"


# -- what all floors tell at one place ------------------------------------------------------------


@dataclass(slots=True)
class Heads:
    """The places of what stands beside the words of a post, and what they say for each floor."""

    author: Place
    date: Place
    authors: list[_Element | None]
    dates: list[_Element]
    labels: list[str | None]


def find_heads(layout: Layout, clock: Clock) -> Heads | None:
    """Find who wrote each floor and when; ``None`` where more than one place may tell it.

    Of a single floor it is what stands first: what is behind its words may be of others.
    """
    same = _first_author(layout) if layout.size == 1 else _author_places(layout)
    if not same:
        return None
    author = _named(same)
    own = [
        {each.elements[floor] for each in same if floor in each.elements}
        or set(itertools.islice(layout.all_that(member_of, floor), 1))
        for floor in range(layout.size)
    ]
    said = {
        place: words
        for place, words in _tell(layout, date_words).items()
        if not _is_of_another(layout, place, own)
    }
    date = _date_place(layout, said, clock)
    if date is None:
        return None
    authors = [_named_in(layout, author, date, floor) for floor in range(layout.size)]
    dates = [_date_in(layout, date, floor, said) for floor in range(layout.size)]
    told = [element for element in dates if element is not None]
    if len(told) < layout.size:
        return None
    return Heads(author, date, authors, told, _labels(layout))


def _named_in(layout: Layout, author: Place, date: Place, floor: int) -> _Element | None:
    """Where a floor names its author: the link, or what stands in place of one.

    <div><span>NAME</span> <em>该用户已被删除</em></div> has no link where others have one.
    """
    link = layout.like(author, floor)
    if link is not None:
        return link
    dated = set(date.chain())
    for place in author.chain():
        box = layout.like(place, floor) if place not in dated else None
        if box is not None and place is not author:
            nobody = [
                each for each in box.iter() if each in layout.order and read_name(each, "").name
            ]
            if nobody:
                return min(nobody, key=lambda each: len(words(each)))
    around = layout.like(author.parent, floor) if author.parent else None
    example = next(iter(author.elements.values()))
    index = sum(1 for _ in example.itersiblings(preceding=True))
    inner = [each for each in around if each in layout.order] if around is not None else []
    if len(inner) > index and _may_be_name(words(inner[index])):
        return inner[index]
    # an opening post that is drawn otherwise: the only member that it names
    named = {member_of(each): each for each in layout.all_that(member_of, floor)}
    return next(iter(named.values())) if len(named) == 1 else None


def _may_be_name(said: str) -> bool:
    return bool(said) and not is_label(said) and not _FIGURE.match(said) and not is_date(said)


def _labels(layout: Layout) -> list[str | None]:
    """The label of each floor (楼主, 5#), where most floors have one at the same place."""
    for place in layout.places():
        if len(place.elements) >= layout.enough:
            said = {i: line_of(box, LONGEST_LABEL) for i, box in place.elements.items()}
            labels = {i: each for i, each in said.items() if _LABEL.fullmatch(each)}
            if len(labels) >= layout.enough:
                return [labels.get(floor) for floor in range(layout.size)]
    return [None] * layout.size


def _tell(layout: Layout, ask: Callable[[_Element], str | None]) -> dict[Place, dict[int, str]]:
    """The places whose elements answer a question, with the answer of each floor."""
    told: dict[Place, dict[int, str]] = {}
    for element, place in layout.place_of.items():
        answer = ask(element)
        if answer and not is_quoted(element):
            told.setdefault(place, {})[layout.floor_of[element]] = answer
    return told


def _author_places(layout: Layout) -> list[Place]:
    """The places that name whoever wrote each floor; none where others may."""
    told = _tell(layout, member_of)
    # avatar, name and "all his posts" say the same: the one that more floors have counts
    groups: list[tuple[dict[int, str], list[Place]]] = []
    for place, said in sorted(told.items(), key=lambda each: -len(each[1])):
        for known, places in groups:
            if said.items() <= known.items():
                places.append(place)
                break
        else:
            groups.append((said, [place]))
    # where several members stand in one box, or one among words, they did something with the post
    groups = [
        each
        for each in groups
        if not _is_list(each[1][0], told) and not _is_among_words(each[1][0])
    ]
    best, places = max(groups, key=lambda each: len(each[0]), default=({}, []))
    if len(best) < layout.size / 2:
        return []
    # one member in all floors, or none in some: what names others there may tell the authors
    is_weak = len(best) < layout.size or len(set(best.values())) == 1
    least = max(_RIVAL * layout.size, min(2, layout.size / 2)) if is_weak else layout.enough
    rivals = [
        said
        for said, _ in groups
        if len(said) >= least and any(best.get(i, member) != member for i, member in said.items())
    ]
    return [] if rivals else places


def _first_author(layout: Layout) -> list[Place]:
    told = _tell(layout, member_of)
    first = next(iter(told), None)
    return [] if first is None else [place for place in told if told[place] == told[first]]


def _is_list(place: Place, told: dict[Place, dict[int, str]]) -> bool:
    """Whether others are named beside a member or in a like box, as in a list of comments."""
    around = place.parent.inner if place.parent else []
    beside = [other for other in around if other in told]
    inner: list[tuple[str, str]] = []
    for box in place.chain():
        same = [
            other
            for other in (box.parent.inner if box.parent else [])
            if other is not box and (other.tag, other.name) == (box.tag, box.name)
        ]
        beside += [each for other in same for each in _at_path(other, inner) if each in told]
        inner.insert(0, (box.tag, box.name))
    return any(
        told[other].get(floor, member) != member
        for other in beside
        for floor, member in told[place].items()
    )


def _at_path(box: Place, path: list[tuple[str, str]]) -> list[Place]:
    """The places in a box at the end of a path."""
    found = [box]
    for kind in path:
        found = [each for place in found for each in place.inner if (each.tag, each.name) == kind]
    return found


def _is_among_words(place: Place) -> bool:
    """Whether a name stands among words that are others in each floor: NAME 说得对，我那天也在。"""
    around = place.parent
    said = [
        "".join(masked(text or "") for text in (box.text, *(each.tail for each in box)))
        for box in (around.elements.values() if around is not None else ())
    ]
    return len(set(said)) > 1 and len(set(said)) > len(said) / 2


def _named(places: list[Place]) -> Place:
    """Of places that name the same members the one with names: no picture, no number."""

    def rank(place: Place) -> tuple[int, int]:
        links = place.elements.values()
        named = sum(bool(words(link)) and not _FIGURE.match(words(link)) for link in links)
        plain = sum("do=" not in (link.get("href") or "") for link in links)
        return (min(named, plain), named)

    return max(places, key=rank)


def _date_in(
    layout: Layout, date: Place, floor: int, told: dict[Place, dict[int, str]]
) -> _Element | None:
    """The date of a floor: where the others have it, else the only one that it has."""
    dates = [place.elements[floor] for place, said in told.items() if floor in said]
    like = layout.like(date, floor, told)
    if like is None and len(dates) == 1:
        return dates[0]
    return like


def _date_place(layout: Layout, told: dict[Place, dict[int, str]], clock: Clock) -> Place | None:
    found = {place: said for place, said in told.items() if len(said) >= layout.enough}
    tests: tuple[Callable[[Place], bool], ...] = (
        lambda place: len(set(found[place].values())) > 1,
        lambda place: _is_in_order(found[place], clock),
    )
    left = list(found)
    for is_likely in tests:
        left = [place for place in left if is_likely(place)] or left
    if layout.size == 1 or not left:
        return left[0] if left else None
    best = max(left, key=lambda place: (len(found[place]), sum(1 for _ in place.chain())))
    read = found[best]
    # <em>发表于 <span>2017-6-1 08:15</span></em>: the outer one says the same
    is_sure = all(
        _is_same(said, read[floor], clock)
        for place in left
        for floor, said in found[place].items()
        if floor in read
    )
    return best if is_sure else None


def _is_same(said: str, other: str, clock: Clock) -> bool:
    one, two = read_date(said, None, clock), read_date(other, None, clock)
    return one is None or two is None or one.value == two.value


def _is_of_another(layout: Layout, place: Place, own: list[set[_Element]]) -> bool:
    """Whether dates stand behind the name of somebody who commented or rated.

    The box round both is that entry; the one round a post's own date has its author as well.
    """
    for floor, element in place.elements.items():
        before = layout.last_before(element, member_of)
        if before is None or before in own[floor] or not own[floor]:
            continue
        around = set(with_ancestors(element))
        box = next(box for box in with_ancestors(before) if box in around)
        if not any(box in with_ancestors(each) for each in own[floor]):
            return True
    return False


def _is_in_order(said: dict[int, str], clock: Clock) -> bool:
    read = [read_date(said[floor], None, clock) for floor in sorted(said)]
    values = [each.value for each in read if each]
    # an opening post may stand above newer ones, or be older than what was moved to it
    rest = values[1:] if len(values) > 2 else values
    return rest in (sorted(rest), sorted(rest, reverse=True))


# -- which post it is -----------------------------------------------------------------------------


def find_post_ids(
    layout: Layout, thread_id: str, bodies: Sequence[_Element | None]
) -> list[str | None] | None:
    """The number of each floor's post; ``None`` where places contradict each other.

    What the words of a post lead to is another one.
    """
    written = {each for body in bodies if body is not None for each in body.iter("a")}

    def named(link: _Element) -> str | None:
        return None if link in written else post_id_of(link, thread_id)

    told = _tell(layout, named)
    # one post in two floors is the post of neither
    told = {place: said for place, said in told.items() if len(set(said.values())) == len(said)}
    ranks = {
        place: (len(said), sum(map(_is_own, place.elements.values())))
        for place, said in told.items()
    }
    best = max(told, key=ranks.__getitem__, default=None)
    if best is None or len(told[best]) < layout.enough:
        return [None] * layout.size
    others = [place for place in told if ranks[place] == ranks[best]]
    if any(told[best].get(i, said) != said for place in others for i, said in told[place].items()):
        return None
    return [
        told[best].get(floor) or _most_named(layout, floor, named) for floor in range(layout.size)
    ]


def _is_own(link: _Element) -> bool:
    return _OWN_LINK.search(_addresses(link)) is not None


def _most_named(layout: Layout, floor: int, named: Callable[[_Element], str | None]) -> str | None:
    """The post that most links in a floor name, where they stand elsewhere than in the others."""
    counts: Counter[str] = Counter()
    own: Counter[str] = Counter()
    for place in layout.places():
        link = place.elements.get(floor)
        post_id = named(link) if link is not None and not is_quoted(link) else None
        if post_id and link is not None:
            counts[post_id] += 1
            own[post_id] += _is_own(link)
    # a trade names its goods oftener than itself: viewthread&do=tradeinfo&tid=1&pid=158
    best = (+own or counts).most_common(1)
    return best[0][0] if best else None
