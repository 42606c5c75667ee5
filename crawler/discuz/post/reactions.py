"""What stands below a post: comments (点评), ratings (评分), the side it takes in a debate.

Template `viewthread_node_body.htm`; the marks of a debate or a rush stand in `label.pdbts` above
the body.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.context import read_stamp
from crawler.discuz.elements import words
from crawler.discuz.facts import Comment, Rating

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.context import Context
    from crawler.discuz.page.floor_index import Floor

# tip="<strong>REASON</strong>&nbsp;<em class='xi1'>威望 + 1 </em>"
_TIP_REASON = re.compile(r"<strong>([^<]{0,200})</strong>")
_TIP_SCORE = re.compile(r">\s?([^\s<>+-]{1,20})\s?([+-])\s?(\d{1,9})")


def read_comments(floor: Floor, context: Context) -> tuple[Comment, ...]:
    """The comments that stand in the page: at most five of a post, the others come by AJAX."""
    box = floor.first("comment_")
    if box is None or not len(box):
        return ()
    comments = []
    for row in box.iter("div"):
        # <div class="psta">author</div><div class="psti">text <span class="xg1">发表于 …</span>
        if (row.get("class") or "").split()[:1] != ["psti"]:
            continue
        before = row.getprevious()
        name = user_id = None
        if before is not None:
            for link in before.iter("a"):
                user_id = user_id or urls.user_id(link.get("href"))
                name = words(link) or name
        stamp = next((part for part in row.iter("span") if part.get("class") == "xg1"), None)
        date = read_stamp(stamp, context) if stamp is not None else None
        text = words(row)
        if stamp is not None:
            text = text.removesuffix(words(stamp))
        comments.append(Comment(name, user_id, text.strip(), date))
    return tuple(comments)


def read_ratings(floor: Floor) -> tuple[Rating, ...]:
    """The ratings in `dl#ratelog_PID`: a table, or avatars with tips (`ratelogon=0`)."""
    box = floor.first("ratelog_")
    if box is None:
        return ()
    names: list[str] = []
    ratings = []
    for row in box.iter("tr", "p"):
        if row.tag == "p":
            rating = _rating_in_tip(row)
            if rating:
                ratings.append(rating)
            continue
        heads = [words(cell) for cell in row.iterchildren("th")]
        if heads:
            # 参与人数 3 | 威望 +1 | 金钱 +15 | 理由
            names = [head.split()[0] for head in heads[1:-1] if head]
            continue
        cells = [words(cell) for cell in row.iterchildren("td")]
        links = [link for link in row.iter("a") if urls.is_user_link(link.get("href"))]
        if len(cells) < 2 or not (row.get("id") or "").startswith("rate_"):
            continue
        scores = {
            name: score.replace(" ", "")
            for name, score in zip(names, cells[1:], strict=False)
            if score
        }
        reason = cells[len(names) + 1] if len(cells) > len(names) + 1 else ""
        user_id = urls.user_id(links[0].get("href")) if links else None
        ratings.append(Rating(cells[0] or None, user_id, scores, reason or None))
    return tuple(ratings)


def read_stand(floor: Floor) -> tuple[str | None, bool]:
    """The side a reply takes in a debate, and whether it won in a rush (抢中本楼)."""
    for box in floor.all("pdbts"):
        for link in box.iter("a"):
            href = link.get("href") or ""
            if "filter=debate" in href:
                return words(link) or None, False
            if "checkrush" in href:
                return None, True
    return None, False


def _rating_in_tip(line: _Element) -> Rating | None:
    """A rating where the site shows avatars only (`ratelogon=0`).

    `<p id="rate_5_2" tip="…">` has the rating, the next paragraph the name of the member.
    """
    tip, mark = line.get("tip"), line.get("id") or ""
    if not tip or not mark.startswith("rate_"):
        return None
    reason = _TIP_REASON.search(tip)
    scores = {name: sign + count for name, sign, count in _TIP_SCORE.findall(tip)}
    beside = line.getnext()
    name = words(beside) if beside is not None else ""
    return Rating(
        author=name or None,
        author_id=mark.rpartition("_")[2] or None,
        scores=scores,
        reason=(html.unescape(reason[1]).strip() or None) if reason else None,
    )
