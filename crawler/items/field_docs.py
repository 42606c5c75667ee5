"""What each field of a line means, with an example and where Discuz has it in its pages.

`docs/fields.md` is generated from here and from `lines.py`; the schemas take their descriptions
from here, too.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """``source`` is the place in a desktop page of X3.3; other faces have it elsewhere."""

    meaning: str
    example: str
    source: str


_CRAWL = "the crawl"
_EVERY: dict[str, Told] = {
    "item_type": Told("What kind of line it is", '"article"', _CRAWL),
    "schema_version": Told("By which schema it is written", '"1.0"', _CRAWL),
    "item_id": Told(
        "What it is about, the same in each version: site, thread, post",
        '"bbs.example.net:4711:950"',
        _CRAWL,
    ),
    "version": Told("1, and one more each time the item is seen changed", "1", _CRAWL),
    "site": Told("Host and base path of the forum", '"bbs.example.net"', "the page's `SITEURL`"),
    "url": Told(
        "The canonical address; of a reply with its anchor",
        '"http://bbs.example.net/forum.php?mod=viewthread&tid=4711"',
        "`link[rel=canonical]`",
    ),
    "fetched_at": Told("When the page was received", '"2026-11-22T14:00:31+00:00"', _CRAWL),
}
_POST: dict[str, Told] = {
    "thread_id": Told("The thread's number (tid)", '"4711"', "`tid = parseInt('4711')`"),
    "post_id": Told(
        "The post's number (pid); left out where a skin has none", '"950"', "`#post_950`, `#pid950`"
    ),
    "position": Told("The floor, counted from 1", "1", "`a#postnum950`, or the order"),
    "floor_label": Told("The floor's label as it is shown", '"沙发"', "`a#postnum950`"),
    "headline": Told(
        "The thread's title; of a reply its own, if it has one",
        '"潮汐表"',
        "`#thread_subject`; `.pcb h2`",
    ),
    "author": Told(
        "Who wrote it: name, id, address, group, title, counters; `is_anonymous`, `is_deleted`",
        '{"name": "石桥卖花人", "id": "7"}',
        "`div.authi a`, `div#favatar950`",
    ),
    "date_published": Told(
        "When it was written, in the forum's zone",
        '"2023-03-14T09:26:53+08:00"',
        "`em#authorposton950`, `span[title]` first",
    ),
    "date_published_raw": Told(
        "The same as it is shown", '"发表于 昨天 09:26"', "`em#authorposton950`"
    ),
    "date_precision": Told(
        "How exact it is: second, minute, hour or day", '"second"', "what the page shows"
    ),
    "date_modified": Told("When it was last edited", '"2023-03-14T11:20:00+08:00"', "`i.pstatus`"),
    "edited_by": Told("Who edited it last", '"石桥卖花人"', "`i.pstatus`"),
    "location": Told(
        "Where the author was, by his IP address, as the forum shows it",
        '"浙江省温州市 电信"',
        "`div.mobile-location`, or behind the date",
    ),
    "text": Told(
        "The author's own words, with their line breaks",
        '"谁有去年的潮汐表？"',
        "`td#postmessage_950`",
    ),
    "quotes": Told(
        "What is quoted of others: text, author, post, date",
        '[{"text": "坐等周末。", "author": "柳岸闻莺"}]',
        "`div.quote` that names somebody",
    ),
    "in_reply_to": Told("The post that is answered", '"950"', "the link of the quote"),
    "images": Told(
        "Pictures, below the text too: address, name, attachment; with `MEDIA` path and hash,"
        " or why not",
        '[{"url": "http://…/lamp.jpg"}]',
        "`img[zoomfile]`, `img[file]`, `img[src]`",
    ),
    "attachments": Told(
        "Files: id, name, address, size, downloads, price; with `MEDIA` path and hash, or why not",
        '[{"id": "5", "name": "地图.zip"}]',
        "`dl.tattl`, `span#attach_5`",
    ),
    "links": Told(
        "Links in the text, with their words",
        '[{"url": "http://…", "text": "报名"}]',
        "`td#postmessage_950 a`",
    ),
    "media": Told(
        "Addresses of films and sounds", '["http://…/night.mp4"]', "players and their scripts"
    ),
    "likes": Told("How often it was supported", "12", "`#recommendv_add`, `.replyadd`"),
    "stand": Told("Which side a reply of a debate is on", '"正方"', "`div.pdbts`"),
    "is_winner": Told("Whether a floor won in a rush thread", "true", "`label.pdbts_1`"),
    "ratings": Told(
        "Who rated it, with scores and reason",
        '[{"author": "半壶老酒", "scores": {"金钱": "+5"}}]',
        "`dl#ratelog_950`",
    ),
    "comments": Told(
        "Comments on the post (点评)",
        '[{"author": "半壶老酒", "text": "同去"}]',
        "`#comment_950 .pstl`",
    ),
    "access": Told("Whether the words are there, or why not", '"visible"', "`div.locked`"),
    "access_notices": Told(
        "What the forum says in place of words",
        '["游客，如果您要查看本帖隐藏内容请回复"]',
        "`div.locked`",
    ),
    "parts_missing": Told(
        "Parts of a long post that could not be had", "2", "`show_threadpage(…)`"
    ),
    "discuz_version": Told(
        "The version that the page names", '"X3.3"', "`meta[name=generator]`, footer"
    ),
    "skin": Told("By which reader it was read", '"desktop"', "the markup"),
    "encoding": Told("The coding of the page", '"utf-8"', "its bytes"),
    "content_hash": Told("Changes when anything counts as a change", '"512494b998f1…"', "the line"),
    "is_deleted": Told("It is gone; its last words are in the line before", "true", _CRAWL),
}
_ARTICLE: dict[str, Told] = {
    "category": Told("The type in front of the title", '"见闻"', "`h1.ts a`"),
    "board": Told(
        "The board: name, id, address",
        '{"name": "河湾闲话", "id": "8"}',
        "`#pt`, `fid = parseInt('8')`",
    ),
    "breadcrumbs": Told(
        "The path to the board", '[{"name": "河湾论坛", "url": "http://…/"}]', "`#pt`"
    ),
    "site_name": Told("The forum's name", '"河湾论坛"', "`#pt a.nvhm`, `<title>`"),
    "source": Told("Where the text comes from, by its own words", '"晚报"', "a line 来源：晚报"),
    "notice": Told("A closing declaration", '"未经许可，禁止转载"', "the last lines of the text"),
    "tags": Told("Tags of the thread", '["夜市"]', "`div.ptg a`"),
    "views": Told("How often it was looked at", "1024", "`.hm .xi1`"),
    "replies": Told("How many replies it has, by its counter", "6", "`.hm .xi1`"),
    "favorites": Told("How many members keep it", "3", "`#favoritenumber`"),
    "flags": Told(
        "sticky, digest, closed, hot, recommended, highlighted",
        '["digest"]',
        "icons beside the title, `#threadstamp`, `.modact`",
    ),
    "special": Told(
        "Facts of polls, rewards, trades, activities, debates, rush threads",
        '{"kind": "poll"}',
        "`.pcht`, `.rsld`, `.act`, …",
    ),
    "type_options": Told(
        "Facts of a classified advertisement", '{"户型": "两室一厅"}', "`div.typeoption`"
    ),
    "coverage": Told(
        "In snapshots: how complete the thread is", '{"status": "complete"}', "the coverage line"
    ),
}
_REFUSAL: dict[str, Told] = {
    "reason": Told("Why nothing was read", '"no_permission"', "`#messagetext`, the answer"),
    "required_level": Told("The reading level that is asked for", "20", "`#messagetext`"),
    "login_offered": Told("Whether a login stands beside it", "true", "`#messagelogin`"),
    "status": Told("The HTTP status of the answer", "200", "the answer"),
    "message_raw": Told("What the page says", '"抱歉，指定的主题不存在"', "`#messagetext`"),
    "retriable": Told("Whether it may be over the next time by itself", "false", _CRAWL),
    "attempts": Told("How often it was asked for", "1", _CRAWL),
    "thread_id": Told("The thread that was asked for", '"39"', "the address"),
    "board_id": Told("The board that was asked for", '"44"', "the address"),
    "page": Told("Which page of it", "2", "the address"),
    "is_deleted": Told("The refusal is over: the page could be read", "true", _CRAWL),
}
_COVERAGE: dict[str, Told] = {
    "thread_id": Told("The thread that was read", '"4711"', _CRAWL),
    "status": Told("complete, partial or unknown", '"complete"', _CRAWL),
    "posts_expected": Told("How many posts the thread counts", "7", "its counter of replies"),
    "posts_captured": Told("How many were read, those on the removal list among them", "7", _CRAWL),
    "pages_expected": Told("How many pages it has", "1", "`div.pg`"),
    "pages_captured": Told("How many were read", "1", _CRAWL),
    "missing_positions": Told("Floors that no page shows", "[3, 4]", "the labels"),
    "posts_deleted": Told("How many were there before and are gone", "1", _CRAWL),
    "posts_waiting": Told("How many are counted and shown nowhere", "1", _CRAWL),
    "posts_shielded": Told("How many came without their words", "1", "`div.locked`"),
    "run_id": Told("The run that read it", '"20261122T140031.000Z"', _CRAWL),
}

FIELDS: dict[str, dict[str, Told]] = {
    "article": {**_EVERY, **_POST, **_ARTICLE},
    "post": {**_EVERY, **_POST},
    "refusal": {**_EVERY, **_REFUSAL},
    "coverage": {**_EVERY, **_COVERAGE},
}
"""The fields of each kind of line."""
