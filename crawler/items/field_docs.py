"""The meaning of each field of a line, with an example and its place in Discuz's pages.

`docs/fields.md` and the descriptions in `docs/schema/` are generated from here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldDoc:
    """``source`` is the place in a desktop page of X3.3; other faces have other places."""

    meaning: str
    example: str
    source: str


_CRAWL = "the crawl"
_EVERY: dict[str, FieldDoc] = {
    "item_type": FieldDoc("Kind of the line", '"article"', _CRAWL),
    "schema_version": FieldDoc("Version of the schema", '"1.1"', _CRAWL),
    "item_id": FieldDoc(
        "Identity, the same in all versions: site, thread, post",
        '"bbs.example.net:4711:950"',
        _CRAWL,
    ),
    "version": FieldDoc("1, incremented each time a change is seen", "1", _CRAWL),
    "site": FieldDoc(
        "Host and base path of the forum", '"bbs.example.net"', "the page's `SITEURL`"
    ),
    "url": FieldDoc(
        "Canonical address; of a reply, with its anchor",
        '"http://bbs.example.net/forum.php?mod=viewthread&tid=4711"',
        "`link[rel=canonical]`",
    ),
    "fetched_at": FieldDoc(
        "Time at which the page was received", '"2026-11-22T14:00:31+00:00"', _CRAWL
    ),
}
_POST: dict[str, FieldDoc] = {
    "thread_id": FieldDoc("Thread id (tid)", '"4711"', "`tid = parseInt('4711')`"),
    "post_id": FieldDoc(
        "Post id (pid); absent if the skin has none", '"950"', "`#post_950`, `#pid950`"
    ),
    "position": FieldDoc("Number of the floor, starting at 1", "1", "`a#postnum950`, or the order"),
    "floor_label": FieldDoc("Label of the floor as shown", '"沙发"', "`a#postnum950`"),
    "headline": FieldDoc(
        "Title of the thread; of a reply, its own title",
        '"潮汐表"',
        "`#thread_subject`; `.pcb h2`",
    ),
    "author": FieldDoc(
        "Author: name, id, address, group, title, counters; `is_anonymous`, `is_deleted`",
        '{"name": "石桥卖花人", "id": "7"}',
        "`div.authi a`, `div#favatar950`",
    ),
    "date_published": FieldDoc(
        "Date of the post, in the forum's time zone",
        '"2023-03-14T09:26:53+08:00"',
        "`em#authorposton950`, `span[title]` first",
    ),
    "date_published_raw": FieldDoc(
        "Date of the post as shown", '"发表于 昨天 09:26"', "`em#authorposton950`"
    ),
    "date_precision": FieldDoc(
        "Precision of `date_published`: second, minute, hour or day",
        '"second"',
        "`date_published_raw`",
    ),
    "date_modified": FieldDoc(
        "Date of the last edit", '"2023-03-14T11:20:00+08:00"', "`i.pstatus`"
    ),
    "edited_by": FieldDoc("Name of the last editor", '"石桥卖花人"', "`i.pstatus`"),
    "location": FieldDoc(
        "Place of the author by IP address, as the forum shows it",
        '"浙江省温州市 电信"',
        "`div.mobile-location`, or after the date",
    ),
    "sent_from": FieldDoc(
        "`phone` if the forum says that the post was written on one",
        '"phone"',
        "来自手机 after `em#authorposton950`",
    ),
    "text": FieldDoc(
        "The author's own text, with line breaks",
        '"谁有去年的潮汐表？"',
        "`td#postmessage_950`",
    ),
    "text_html": FieldDoc(
        "The whole body as clean HTML: the text with its emphasis, links, lists, tables, code,"
        " pictures and files at their place, quotations, notices of the forum; left out with"
        " `TEXT_HTML=no`, and in lines of schema 1.0",
        '"<p>谁有去年的<strong>潮汐表</strong>？</p>"',
        "`td#postmessage_950`",
    ),
    "quotes": FieldDoc(
        "Quotes of other posts, those within a quote behind it: text, author, post id, date and its"
        " precision; `attribution_raw`: the line that names them, where no author or no date could be"
        " read of it",
        '[{"text": "坐等周末。", "author": "柳岸闻莺"}]',
        "`div.quote` that names an author",
    ),
    "in_reply_to": FieldDoc(
        "Id of the post that is answered; not of one that is quoted within a quote",
        '"950"',
        "link in the quote",
    ),
    "images": FieldDoc(
        "Images, also those below the text: address, name, attachment id; with `MEDIA`, path and"
        " sha256, or the reason of a refusal",
        '[{"url": "http://…/lamp.jpg"}]',
        "`img[zoomfile]`, `img[file]`, `img[src]`",
    ),
    "attachments": FieldDoc(
        "Files: id, name, address, size, downloads, price; with `MEDIA`, path and sha256, or the"
        " reason of a refusal",
        '[{"id": "5", "name": "地图.zip"}]',
        "`dl.tattl`, `span#attach_5`",
    ),
    "links": FieldDoc(
        "Links in the text: address and link text; of a link that is a picture the address twice",
        '[{"url": "http://…", "text": "报名"}]',
        "`td#postmessage_950 a`",
    ),
    "media": FieldDoc(
        "Addresses of video and audio", '["http://…/night.mp4"]', "players and their scripts"
    ),
    "likes": FieldDoc("Number of likes", "12", "`#recommendv_add`, `.replyadd`"),
    "stand": FieldDoc("Side of a reply in a debate", '"正方"', "`div.pdbts`"),
    "is_winner": FieldDoc(
        "Whether the floor won in a rush thread (抢楼)", "true", "`label.pdbts_1`"
    ),
    "ratings": FieldDoc(
        "Ratings (评分): author, scores, reason",
        '[{"author": "半壶老酒", "scores": {"金钱": "+5"}}]',
        "`dl#ratelog_950`",
    ),
    "comments": FieldDoc(
        "Comments on the post (点评), the newest first: author, text, date and its precision; also those"
        " beyond the page, where robots.txt allows to ask for them; behind them the replies that a plugin"
        " lists within the floor (楼中楼), in the order of the page",
        '[{"author": "半壶老酒", "text": "同去"}]',
        "`#comment_950 .pstl`",
    ),
    "comments_missing": FieldDoc(
        "At least so many comments are missing in `comments`: the page says that there are more, not"
        " how many, and they could not be had; or it shows some whose author or words cannot be told",
        "1",
        "`#comment_950 .pgs a`",
    ),
    "access": FieldDoc(
        "`visible`, or the reason why the text is withheld", '"visible"', "`div.locked`"
    ),
    "access_notices": FieldDoc(
        "Notices that the forum shows instead of text, pictures or files",
        '["游客，如果您要查看本帖隐藏内容请回复"]',
        "`div.locked`, `div.attach_nopermission`",
    ),
    "attachments_withheld": FieldDoc(
        "At least so many pictures and files are withheld from the reader; the page tells that"
        " there are some, not how many",
        "1",
        "`div.attach_nopermission` below the text",
    ),
    "parts_missing": FieldDoc(
        "Number of missing parts of a long post", "2", "`show_threadpage(…)`"
    ),
    "discuz_version": FieldDoc(
        "Version of Discuz that the page names", '"X3.3"', "`meta[name=generator]`, footer"
    ),
    "skin": FieldDoc("Reader that read the page", '"desktop"', "the markup"),
    "encoding": FieldDoc("Character encoding of the page", '"utf-8"', "its bytes"),
    "content_hash": FieldDoc(
        "Hash of everything that counts as a change, except who wrote the post",
        '"512494b998f1…"',
        "the line",
    ),
    "is_deleted": FieldDoc(
        "The post is deleted; the version before has its last text", "true", _CRAWL
    ),
}
_ARTICLE: dict[str, FieldDoc] = {
    "category": FieldDoc("Category (主题分类), shown before the title", '"见闻"', "`h1.ts a`"),
    "board": FieldDoc(
        "Board: name, id (fid), address",
        '{"name": "河湾闲话", "id": "8"}',
        "`#pt`, `fid = parseInt('8')`",
    ),
    "breadcrumbs": FieldDoc(
        "Path to the board", '[{"name": "河湾论坛", "url": "http://…/"}]', "`#pt`"
    ),
    "site_name": FieldDoc("Name of the forum", '"河湾论坛"', "`#pt a.nvhm`, `<title>`"),
    "source": FieldDoc("Source that the text names", '"晚报"', "a line 来源：晚报"),
    "notice": FieldDoc(
        "Declaration at the end of the text", '"未经许可，禁止转载"', "last lines of the text"
    ),
    "tags": FieldDoc("Tags of the thread", '["夜市"]', "`div.ptg a`"),
    "views": FieldDoc("View counter", "1024", "`.hm .xi1`"),
    "replies": FieldDoc("Reply counter", "6", "`.hm .xi1`"),
    "favorites": FieldDoc("Number of members who bookmarked it", "3", "`#favoritenumber`"),
    "flags": FieldDoc(
        "Marks of the thread: sticky, digest, closed, hot, recommended, highlighted",
        '["digest"]',
        "icons next to the title, `#threadstamp`, `.modact`",
    ),
    "staff_action": FieldDoc(
        "Last action of staff on the thread: what (in the forum's words), who, date and its precision;"
        " without author if the forum did it itself",
        '{"action": "关闭", "author": "桥头管事", "date": "2023-03-14T12:00:00+08:00"}',
        "`div.modact`",
    ),
    "special": FieldDoc(
        "Facts of a poll, reward, trade, activity, debate or rush thread; `ends_at` of a poll is"
        " computed from what it says is left, to a minute or two",
        '{"kind": "poll"}',
        "`.pcht`, `.rsld`, `.act`, …",
    ),
    "type_options": FieldDoc(
        "Facts of a classified advertisement", '{"户型": "两室一厅"}', "`div.typeoption`"
    ),
    "coverage": FieldDoc(
        "In snapshots: coverage of the thread", '{"status": "complete"}', "coverage line"
    ),
}
_REFUSAL: dict[str, FieldDoc] = {
    "reason": FieldDoc("Reason of the refusal", '"no_permission"', "`#messagetext`, the response"),
    "evidence": FieldDoc(
        "Who spoke: `about_this`, the forum about what was requested; `forum`, the forum about"
        " something else or in unknown words; `other`, somebody else or nobody",
        '"about_this"',
        "the whole response",
    ),
    "required_level": FieldDoc("Reading level that is required", "20", "`#messagetext`"),
    "login_offered": FieldDoc("Whether the page has a login form", "true", "`#messagelogin`"),
    "status": FieldDoc("HTTP status of the response", "200", "the response"),
    "message_raw": FieldDoc("Message of the page", '"抱歉，指定的主题不存在"', "`#messagetext`"),
    "retriable": FieldDoc("Whether the next run tries again", "false", _CRAWL),
    "attempts": FieldDoc("Number of requests", "1", _CRAWL),
    "thread_id": FieldDoc("Requested thread", '"39"', "the address"),
    "board_id": FieldDoc("Requested board", '"44"', "the address"),
    "page": FieldDoc("Requested page of the thread or board", "2", "the address"),
    "is_deleted": FieldDoc(
        "The refusal is retracted: the page could be read, or is not there any more", "true", _CRAWL
    ),
}
_COVERAGE: dict[str, FieldDoc] = {
    "thread_id": FieldDoc("Thread id (tid)", '"4711"', _CRAWL),
    "board_id": FieldDoc("Board id (fid), in the line of a board", '"2"', _CRAWL),
    "board_name": FieldDoc("Name of the board", '"新闻"', "its list, the index"),
    "threads_range": FieldDoc("Range of thread numbers (`threads=`)", '"1000-250000"', _CRAWL),
    "status": FieldDoc("complete, partial or unknown", '"complete"', _CRAWL),
    "posts_expected": FieldDoc(
        "Number of posts by the thread's reply counter", "7", "reply counter, plus one"
    ),
    "posts_captured": FieldDoc(
        "Number of known posts, including those on the removal list", "7", _CRAWL
    ),
    "threads_expected": FieldDoc(
        "Number of threads by the board's counter", "174", "head of the list, the index"
    ),
    "threads_listed": FieldDoc("Number of threads that the list showed", "174", _CRAWL),
    "threads_read": FieldDoc("Number of listed threads that were read", "173", _CRAWL),
    "threads_refused": FieldDoc("Number of listed threads that are refused", "1", _CRAWL),
    "pages_expected": FieldDoc("Number of pages of the thread or list", "1", "`div.pg`"),
    "pages_captured": FieldDoc("Number of pages read", "1", _CRAWL),
    "threads_missing": FieldDoc(
        "Numbers of the range that no thread has (any more)", "81234", _CRAWL
    ),
    "rows_unread": FieldDoc("Rows of the list whose threads cannot be told", "2", "`tbody`"),
    "reasons": FieldDoc(
        "Why the board is not complete: see [how it works](how-it-works.md#completeness)",
        '["pages_not_shown"]',
        _CRAWL,
    ),
    "missing_positions": FieldDoc("Floors that no page shows", "[3, 4]", "labels of the floors"),
    "posts_deleted": FieldDoc("Number of known posts that were deleted", "1", _CRAWL),
    "posts_waiting": FieldDoc("Number of posts that are counted but not shown", "1", _CRAWL),
    "posts_shielded": FieldDoc("Number of posts whose text is withheld", "1", "`div.locked`"),
    "run_id": FieldDoc("Run that read the thread or board", '"20261122T140031.000Z"', _CRAWL),
}

FIELDS: dict[str, dict[str, FieldDoc]] = {
    "article": {**_EVERY, **_POST, **_ARTICLE},
    "post": {**_EVERY, **_POST},
    "refusal": {**_EVERY, **_REFUSAL},
    "coverage": {**_EVERY, **_COVERAGE},
}
"""The fields of each kind of line."""
