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
from crawler.discuz.elements import all_text, bears, words
from crawler.discuz.facts import Comment, Rating
from crawler.discuz.words import NOBODY_FIRST

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.context import Context
    from crawler.discuz.page.floor_index import Floor

# <div class="psti">: the words of a comment
COMMENT_TEXT = "psti"
# forum.php?mod=misc&action=commentmore&tid=28&pid=96&page=2
MORE_COMMENTS = "action=commentmore"
# 详情, 回复: buttons of a comment that is a reply as well
_BUTTON = re.compile(r"goto=findpost|action=reply")
# tip="<strong>REASON</strong>&nbsp;<em class='xi1'>威望 + 1 </em>"
_TIP_REASON = re.compile(r"<strong>([^<]{0,200})</strong>")
_TIP_SCORE = re.compile(r">\s?([^\s<>+-]{1,20})\s?([+-])\s?(\d{1,9})")


def read_comments(floor: Floor, context: Context) -> tuple[Comment, ...]:
    """The comments that stand in the page: at most five of a post, the others come by AJAX."""
    box = floor.first("comments")
    return comments_in(box, context) if box is not None and len(box) else ()


def count_missing_comments(box: _Element | None) -> int:
    """How many comments of a post its page leaves out at least, by the link to more of them.

    The link says no number (`commentnumber` is a setting), so that it is 0 or 1.
    """
    if box is None:
        return 0
    # <a href="javascript:;" class="nxt" onclick="ajaxget('forum.php?mod=misc&action=commentmore…
    links = (link.get("onclick") or link.get("href") or "" for link in box.iter("a"))
    return int(any(MORE_COMMENTS in link for link in links))


def comments_in(box: _Element, context: Context) -> tuple[Comment, ...]:
    """The comments in a box: `viewthread_node_body.htm`, `comment_more.htm`."""
    comments = []
    for row in box.iter("div"):
        # <div class="psta">author</div><div class="psti">text <span class="xg1">发表于 …</span>
        if bears(row, COMMENT_TEXT):
            comments.append(_comment(row, context))
    return tuple(comments)


def _comment(row: _Element, context: Context) -> Comment:
    beside = row.getprevious()
    name, user_id = _commenter(beside) if beside is not None else (None, None)
    is_named = beside is None or bool(words(beside))
    date = None
    pieces = [row.text or ""]
    for part in row:
        href = part.get("href") or ""
        if part.tag == "span" and bears(part, "xg1"):
            date = read_stamp(part, context)
        elif part.tag == "a" and not is_named and urls.is_user_link(href):
            # comment_more.htm up to X3.4: the author stands in front of the text
            name, user_id, is_named = words(part) or None, urls.user_id(href), True
        elif not _BUTTON.search(href):
            pieces.append(all_text(part))
        pieces.append(part.tail or "")
    text = " ".join("".join(pieces).split())
    return Comment(name, user_id, text if is_named else NOBODY_FIRST.sub("", text).strip(), date)


def _commenter(box: _Element) -> tuple[str | None, str | None]:
    """Name and number of the member that a box links to; the link of an avatar has no words."""
    name = user_id = None
    for link in box.iter("a"):
        user_id = user_id or urls.user_id(link.get("href"))
        name = words(link) or name
    return name, user_id


def read_ratings(floor: Floor) -> tuple[Rating, ...]:
    """The ratings in `dl#ratelog_PID`: a table, or avatars with tips (`ratelogon=0`)."""
    box = floor.first("ratings")
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
    for box in floor.all("stand"):
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
