"""Lists of threads and of boards."""

from __future__ import annotations

from tests.forum.desktop import HOST, Look, foot, head, top
from tests.forum.lists import Listing, Row, forum_index
from tests.pages import Fixture

BOARD = f"{HOST}forum.php?mod=forumdisplay&fid=8"
INDEX = f"{HOST}forum.php"


def lists() -> list[Fixture]:
    rows = [
        Row(
            1, "河湾公约", 0, 9000, "2020-1-5 18:59", sticky=3, closed=True, style="color: #EE1B2E;"
        ),
        Row(2, "两岸须知", 3, 500, "2021-1-5 19:03", sticky=2, category="见闻"),
        Row(
            3,
            "今晚<有>雨 & 风",
            12,
            3438,
            "8&nbsp;分钟前",
            title_of_last="2023-3-15 19:52",
            category="见闻",
            date='<span title="2023-3-13">2&nbsp;天前</span>',
        ),
        Row(4, "糖画摊子", 35, 301, "昨天&nbsp;18:45", title_of_last="2023-3-14 18:45", digest=3),
        Row(5, "谁在说话", author=None, last="2023-3-2 08:01"),
        Row(6, "搬走的帖子", "-", "-", "2023-3-1 18:59", moved_to=77),
        Row(
            7,
            "要等级的",
            0,
            3,
            "2023-2-20 08:00",
            marks=' - [阅读权限 <span class="xw1">20</span>]',
        ),
    ]
    plain = Listing(
        rows,
        pages=3,
        sub_boards=[(9, "北岸")],
        announcement="中秋停电",
        ad="http://ads.example.com/",
    )
    bare = f"""{head(Look(), "河湾闲话")}{top(Look(), "pg_forumdisplay")}<div id="pt"><a href="forum-8-1.html">河湾闲话</a></div><div id="threadlist"><table id="threadlisttableid"><tbody id="normalthread_4711"><tr><th class="new"><a href="forum.php?mod=viewthread&amp;tid=4711" class="s xst">旧码头的夜市又开了</a></th></tr></tbody></table></div>{foot(Look())}"""
    no_rows = f"""{head(Look(), "河湾闲话")}{top(Look(), "pg_forumdisplay")}<div id="pt"><a href="forum-8-1.html">河湾闲话</a></div><p>另一种皮肤</p>{foot(Look())}"""
    return [
        Fixture("board", "list", str(plain), url=BOARD),
        Fixture(
            "board",
            "rewritten_second_page",
            str(Listing(rows[2:], page=2, pages=3, look=Look(rewritten=True))),
            url=f"{HOST}forum-8-2.html",
        ),
        Fixture(
            "board",
            "sub_board",
            str(Listing(rows[3:5], fid=9, name="北岸", above=(8, "河湾闲话"))),
            url=f"{HOST}forum.php?mod=forumdisplay&fid=9",
        ),
        Fixture("board", "empty", str(Listing([])), url=BOARD),
        Fixture(
            "board",
            "pictures",
            str(Listing([Row(11, "渡口", 2), Row(12, "石桥", 0)], pictures=True)),
            url=BOARD,
        ),
        Fixture(
            "board",
            "titles_in_addresses",
            str(
                Listing(
                    [
                        Row(101, "渡船时刻", 4, sticky=1),
                        Row(102, "糖画摊子", 35),
                        Row(6, "搬走的帖子", "-", "-", moved_to=77),
                        Row(103, "灯塔", 2, link="http://lighthouse.example.com/103"),
                    ],
                    pages=3,
                    slugs="ferry-times-t{tid}.html",
                )
            ),
            url=f"{HOST}8-1/harbour-talk.html",
        ),
        Fixture(
            "board",
            "large",
            str(
                Listing(
                    rows[3:5],
                    pages=1042,
                    shown=1000,
                    told="20831",
                    types=[(3, "见闻"), (5, "渡口")],
                    orders=True,
                )
            ),
            url=BOARD,
        ),
        Fixture("board", "no_counters", str(Listing(rows[3:5], counters=False)), url=BOARD),
        Fixture("board", "past_the_end", str(plain), url=f"{BOARD}&page=99"),
        Fixture("board", "bare", bare, url=BOARD),
        Fixture("other", "board", no_rows, url=BOARD),
        Fixture(
            "index", "boards", forum_index([(8, "河湾闲话"), (9, "北岸"), (10, "外链")]), url=INDEX
        ),
        Fixture(
            "index",
            "columns",
            forum_index([(8, "河湾闲话"), (9, "北岸")], Look(rewritten=True), columns=2),
            url=f"{INDEX}?gid=3",
        ),
        Fixture(
            "index",
            "rounded",
            forum_index([(8, "河湾闲话")], threads='<span title="20831">2万</span>'),
            url=INDEX,
        ),
        Fixture("other", "index", forum_index([]), url=INDEX),
    ]
