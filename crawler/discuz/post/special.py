"""Special threads: poll, reward, trade, activity, debate, rush, and sorted information.

Templates `viewthread_poll.htm`, `viewthread_reward.htm`, `viewthread_trade.htm`,
`viewthread_activity.htm`, `viewthread_debate.htm`; the rush line stands above the first floor
(`viewthread.htm`), type options above the body (`viewthread_node_body.htm`).
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import bears, number, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from crawler.discuz.dates import Clock
    from crawler.discuz.page.floor_index import Floor

Facts = dict[str, object]

# 多选投票: ( 最多可选 3 项 ), 共有 37 人参与投票
_CHOICES = re.compile(r"最多可[选選]\s?(\d{1,6})")
_VOTERS = re.compile(r"(\d{1,9})\s?人[参參][与與]")
# 投票已经结束
_POLL_OVER = re.compile(r"[已经經]{1,2}[结結]束")
# 距结束还有: 3 天 5 小时 12 分钟
_POLL_LEFT = re.compile(
    r"距[结結]束[还還]有\s?[:\uff1a]\s?(?:(?P<days>\d{1,5})\s?天\s?)?"
    r"(?:(?P<hours>\d{1,2})\s?小[时時]\s?)?(?P<minutes>\d{1,2})\s?分"
)
# 1. &nbsp;坐船
_OPTION = re.compile(r"^\d{1,4}\s?\.\s*")
# 13.51% (5)   正方观点 (12)
_VOTES = re.compile(r"\((\d{1,9})\)")
# <div id="trade978" …>
_GOODS = re.compile(r"trade(\d{1,18})")
# 结束时间: 2023-4-1 12:00
_DEBATE_END = re.compile(r"[结結]束[时時][间間]\s?[:\uff1a]\s?(\S{6,12}(?:\s\d{1,2}:\d{2})?)")
# 裁判: 石桥卖花人
_UMPIRE = re.compile(r"裁判\s?[:\uff1a]\s?(\S{1,40})")
# 抢楼  奖励楼层: 8,18,28
_RUSH_RULE = re.compile(r"(?:奖励楼层|獎勵樓層|截止楼层|结束时间)\s?[:\uff1a].{1,200}")


def read_special(page: Floor, first: Floor, clock: Clock) -> Facts | None:
    """The facts of a special thread from its first floor and the line above it.

    ``clock``: of the page, for a poll tells how long it goes on.

    They always have ``kind``: poll, reward, trade, activity, debate or rush. ``None`` for a plain
    thread.
    """
    box = first.first("special")
    if box is not None:
        found: dict[str, _Element] = {}
        for element in box.iter("div", "form"):
            for name in (element.get("class") or "").split():
                found.setdefault(name, element)
        for mark, read in _READERS:
            if mark in found:
                return {**read(box, found), **_poll_end(found, clock)}
    top = page.first("rush_rule")
    if top is not None and ("抢楼" in words(top) or "搶樓" in words(top)):
        rule = _RUSH_RULE.search(words(top))
        return {"kind": "rush", "rule": rule[0].strip() if rule else None}
    return None


def read_type_options(first: Floor) -> dict[str, str] | None:
    """The table of 分类信息 above the body: {"租金": "3500 元/月"}; its caption as 分类."""
    box = first.first("type_options")
    if box is None:
        return None
    options: dict[str, str] = {}
    for row in box.iter("caption", "tr"):
        if row.tag == "caption":
            options["分类"] = words(row)
            continue
        name = next(row.iterchildren("th"), None)
        value = next(row.iterchildren("td"), None)
        if name is not None and value is not None:
            options[words(name).rstrip(":\uff1a ")] = words(value)
    return {name: value for name, value in options.items() if name and value} or None


def _poll(_: _Element, found: dict[str, _Element]) -> Facts:
    about = words(found["pinf"])
    box = found.get("pcht")
    options: list[Facts] = []
    for row in box.iter("tr") if box is not None else ():
        label = next(row.iter("label"), None)
        cell = next(row.iterchildren("td"), None)
        if label is None and cell is not None and bears(cell, "pvt"):
            label = cell
        if label is not None:
            options.append({"text": _OPTION.sub("", words(label))})
        elif options:
            # the row below an option, once one may see it: 13.51% (5)
            votes = _VOTES.search(words(row))
            if votes:
                options[-1]["votes"] = int(votes[1])
    choices, voters = _CHOICES.search(about), _VOTERS.search(about)
    ends = next((words(line) for line in found["pinf"].itersiblings("p")), "")
    return {
        "kind": "poll",
        "is_multiple": "多选" in about or "多選" in about,
        "max_choices": int(choices[1]) if choices else None,
        "voters": int(voters[1]) if voters else None,
        "is_closed": bool(_POLL_OVER.search(ends)),
        "options": options,
    }


def _poll_end(found: dict[str, _Element], clock: Clock) -> Facts:
    """When a poll ends, as Discuz writes dates: what is left of it, and the clock of its page.

    Both are told in whole minutes, so that it may be off by one. Without the page's own clock
    nothing tells what the rest counts from.
    """
    if "pinf" not in found:
        return {}
    said = next((words(line) for line in found["pinf"].itersiblings("p")), "")
    left = _POLL_LEFT.search(said)
    if left is None or not clock.is_page_time:
        return {}
    rest = timedelta(**{unit: int(count) for unit, count in left.groupdict("0").items()})
    try:
        end = clock.now + rest
    except OverflowError:
        return {}
    return {"ends_at": f"{end.year}-{end.month}-{end.day} {end:%H:%M}"}


def _reward(_: _Element, found: dict[str, _Element]) -> Facts:
    # <div class="rusld z"><cite>50</cite>金钱</div>, rsld once it is solved
    price_box = found.get("rsld", found.get("rusld"))
    price = next(price_box.iter("cite"), None) if price_box is not None else None
    best = found.get("rwdbst")
    return {
        "kind": "reward",
        "price": number(price),
        "credit": (price.tail or "").strip() or None if price is not None else None,
        "is_solved": "rsld" in found,
        "best_answer": _best_answer(best) if best is not None else None,
    }


def _best_answer(box: _Element) -> Facts:
    author = author_id = post_id = text = None
    for link in box.iter("a"):
        user = urls.user_id(link.get("href"))
        if user and words(link):
            author, author_id = words(link), user
        post_id = post_id or urls.post_id(link.get("onclick")) or urls.post_id(link.get("href"))
    for part in box.iter("div"):
        if bears(part, "mtn"):
            text = words(part)
    return {"post_id": post_id, "author": author, "author_id": author_id, "text": text or None}


def _trade(box: _Element, _: dict[str, _Element]) -> Facts:
    items: list[Facts] = []
    for goods in box.iter("div"):
        found = _GOODS.fullmatch(goods.get("id") or "")
        if not found:
            continue
        name = next((words(heading) for heading in goods.iter("h4")), None)
        price = next((_price(part) for part in goods.iter("strong")), None)
        old = next((words(part) for part in goods.iter("del")), None)
        items.append(
            {
                "post_id": found[1],
                "name": name or None,
                "price": price,
                "list_price": old or None,
                **_terms(goods),
            }
        )
    return {"kind": "trade", "items": items}


def _price(amount: _Element) -> str | None:
    # <strong>2300.00</strong>&nbsp;元&nbsp;&nbsp;
    return " ".join(f"{words(amount)} {amount.tail or ''}".split()) or None


def _activity(_: _Element, found: dict[str, _Element]) -> Facts:
    return {"kind": "activity", **_terms(found["act"])}


def _debate(box: _Element, found: dict[str, _Element]) -> Facts:
    sides: list[Facts] = []
    for point in found["ds"].iter("div"):
        if not bears(point, "point"):
            continue
        heading = next(point.iter("strong"), None)
        votes = _VOTES.search(words(heading)) if heading is not None else None
        view = " ".join(words(line) for line in point.iter("p"))
        sides.append({"text": view or None, "votes": int(votes[1]) if votes else None})
    about = " ".join(words(line) for line in box.iter("p") if bears(line, "dtm"))
    ends, umpire = _DEBATE_END.search(about), _UMPIRE.search(about)
    return {
        "kind": "debate",
        "affirmative": sides[0] if sides else None,
        "negative": sides[1] if len(sides) > 1 else None,
        "ends_at": ends[1] if ends else None,
        "umpire": umpire[1] if umpire else None,
    }


def _terms(box: _Element) -> Facts:
    """The pairs of `<dl><dt>活动地点:</dt><dd>…</dd></dl>`, named as the site names them."""
    terms: dict[str, str] = {}
    for term in box.iter("dt"):
        value = term.getnext()
        name = words(term).rstrip(":\uff1a ")
        if name and value is not None and value.tag == "dd" and words(value):
            terms[name] = words(value)
    return {"facts": terms} if terms else {}


# the class of the box that only this kind of thread has, below div.pcbs
_READERS: tuple[tuple[str, Callable[[_Element, dict[str, _Element]], Facts]], ...] = (
    ("pinf", _poll),
    ("rwd", _reward),
    ("trdb", _trade),
    ("act", _activity),
    ("ds", _debate),
)
