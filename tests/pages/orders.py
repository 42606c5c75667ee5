"""Floors in other orders, and pages in other codings."""

from __future__ import annotations

from tests.forum.desktop import Floor, Look, Thread
from tests.pages import PLAIN, Fixture, first, replies


def orders() -> list[Fixture]:
    opening = first(1000, "每天一句，慢慢写。")
    many = replies(1001, *(f"第{n}句" for n in range(2, 11)))
    hot = Floor(1017, "最热闹的一句", label="推荐", date="2023-3-14 15:00:00")
    sticky = Floor(
        1003,
        "第4句",
        label='<img src="static/image/common/settop.png" alt="" /> 来自 4#',
        author="Tinker_Bell",
        uid=23,
        date="2023-3-14 10:20:02",
    )
    reverse = [
        Floor(
            1005 - n,
            f"第{6 - n}句",
            label=f"<em>{6 - n}</em><sup>#</sup>",
            author="半壶老酒",
            uid=22,
            date=f"2023-3-14 1{5 - n}:00:00",
        )
        for n in range(4)
    ]
    second = replies(1010, *(f"第{n}句" for n in range(11, 15)), label=11)
    custom = [
        opening,
        Floor(1001, "甲", label="沙发"),
        Floor(1002, "乙", label="板凳"),
        Floor(1003, "丙", label="地板"),
        Floor(1004, "丁", label="地下室"),
        Floor(1005, "戊", label="下水道"),
        Floor(1006, "己", label="<em>7</em>楼"),
    ]
    return [
        Fixture(
            "thread",
            "early_replies",
            str(Thread([opening, hot, sticky, *many[:2], *many[3:]], replies=17, pages=2)),
        ),
        Fixture(
            "thread", "second_page", str(Thread(second, page=2, pages=2)), url=f"{PLAIN}&page=2"
        ),
        Fixture(
            "thread", "past_the_end", str(Thread(second, page=2, pages=2)), url=f"{PLAIN}&page=99"
        ),
        Fixture("thread", "reversed", str(Thread([opening, *reverse], replies=5))),
        Fixture("thread", "custom_labels", str(Thread(custom))),
        Fixture(
            "thread",
            "filtered",
            str(
                Thread(
                    [opening, Floor(1006, "楼主又说", label="沙发", author="石桥卖花人", uid=7)],
                    replies=9,
                )
            ).replace("只看该作者", "显示全部楼层"),
            url=f"{PLAIN}&authorid=7",
        ),
        Fixture(
            "thread",
            "authors_right",
            str(Thread([opening, *many[:1]], look=Look(author_side="right"))),
        ),
        Fixture(
            "thread",
            "authors_hidden",
            str(Thread([opening, *many[:1]], look=Look(author_side="hidden"))),
        ),
        Fixture(
            "thread",
            "robot_second_page",
            str(Thread(second, page=2, pages=3, look=Look(robot=True))),
            url=f"{PLAIN}&page=2",
        ),
    ]


# The signs of the templates, for a forum in traditional script.
SIMPLE = (
    "闻湾卖桥码头开黄里为页录复发莺岛读册题别设线楼离闲两论坛后举报积当该机制链于话注接显层乡邻"
)
FULL = "聞灣賣橋碼頭開黃裡為頁錄複發鶯島讀冊題別設線樓離閒兩論壇後舉報積當該機製連於話註結顯層鄉鄰"


def charsets() -> list[Fixture]:
    words = "灯火阑珊处，有人卖糖。<br />\r\n的一是不在人有我他这个们中来上大为和国地到"
    page = Thread([first(1100, words), *replies(1101, "糖甜不甜？")], title="灯火", category="闲谈")
    gbk = Thread(page.floors, title="灯火", category="闲谈", look=Look(charset="gbk"))
    trad = str(
        Thread(
            [
                first(1100, "燈火闌珊處，有人賣糖。<br />\r\n的一是不主題回覆登錄"),
                *replies(1101, "糖甜不甜？"),
            ],
            title="燈火",
            category="閒談",
            look=Look(charset="big5", name="河灣論壇"),
        )
    ).translate(str.maketrans(SIMPLE, FULL))
    late = str(page).replace(
        "<head>\n", "<head>\n" + "<!-- 预载 -->\n".replace("预载", "x" * 3000), 1
    )
    broken = str(page).encode().replace("阑珊".encode(), "阑珊".encode()[:-1], 1)
    return [
        Fixture(
            "thread",
            "gbk",
            str(gbk).encode("gbk"),
            headers={"Content-Type": "text/html; charset=gbk"},
        ),
        Fixture(
            "thread",
            "gbk_called_utf8",
            str(page).encode("gbk"),
            headers={"Content-Type": "text/html; charset=utf-8"},
        ),
        Fixture(
            "thread",
            "gbk_late_meta",
            late.replace("charset=utf-8", "charset=gbk").encode("gbk"),
            headers={"Content-Type": "text/html"},
        ),
        Fixture("thread", "big5", trad.encode("big5hkscs"), headers={"Content-Type": "text/html"}),
        Fixture("thread", "utf8_mark", b"\xef\xbb\xbf" + str(page).encode(), headers={}),
        Fixture("thread", "utf8_broken_byte", broken),
        Fixture(
            "thread",
            "gbk_broken_byte",
            str(gbk).encode("gbk").replace("阑珊".encode("gbk"), b"\xff" + "珊".encode("gbk"), 1),
            headers={"Content-Type": "text/html; charset=gbk"},
        ),
    ]
