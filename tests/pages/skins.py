"""Pages of the other templates, and of skins that call everything something else."""

from __future__ import annotations

import random
import re
from collections import defaultdict

from tests.forum.desktop import HOST, Thread
from tests.forum.lists import Row, feed, guide
from tests.forum.phones import (
    Post,
    ajax_floor,
    album,
    archived_index,
    archived_list,
    archived_thread,
    printable,
    touch35_list,
    touch35_thread,
    touch_list,
    touch_thread,
    wap_skin_thread,
    wap_thread,
)
from tests.pages import Fixture, first, replies
from tests.pages.news import news

PICTURE = (
    f'<a href="forum.php?mod=viewthread&amp;tid=4711&amp;aid=31&amp;from=album&amp;page=1&amp;mobile=2" '
    f'class="orange"><img id="aimg_31" src="{HOST}forum.php?mod=image&aid=31&size=140x140&key=0f1e&type=fixnone" '
    'alt="夜市.jpg" title="夜市.jpg" /></a>'
)
LIST_OF_PICTURES = (
    '<ul class="img_list cl vm"><li><a href="forum.php?mod=viewthread&amp;tid=4711&amp;aid=32&amp;from=album" '
    'class="orange"><img id="aimg_32" src="data/attachment/forum/202303/14/lamps.jpg" alt="灯" title="灯" /></a></li></ul>'
)
QUOTE = (
    '<div class="grey quote"><blockquote>引用: <font size="2"><a href="http://bbs.example.net/forum.php?mod=redirect'
    '&amp;goto=findpost&amp;pid=901&amp;ptid=4711" target="_blank"><font color="#999999">柳岸闻莺 发表于 2023-3-14 10:00'
    "</font></a></font><br />\n坐等周末。</blockquote></div><br />\n<br />\n周末见。"
)
OPENING = Post(
    900,
    '<i class="pstatus"> 本帖最后由 石桥卖花人 于 2023-3-14 11:20 编辑 </i><br />\n<br />\n第一盏灯亮了。<br />\n'
    f'<div align="center">\n{PICTURE}\n</div><br />\n[media=x,500,375]http://v.example.org/night.mp4[/media]',
    author="石桥卖花人",
    uid=7,
    date="2023-3-14 09:26:53",
    label="楼主",
    behind=LIST_OF_PICTURES,
)
ANSWERS = [
    Post(901, "坐等周末。"),
    Post(
        902,
        QUOTE,
        author="半壶老酒",
        uid=22,
        date="昨天&nbsp;10:10",
        label="板凳",
        subject="回复：旧码头",
    ),
    Post(
        903,
        '<div class="grey quote">提示: <em>该帖被管理员或版主屏蔽</em></div>',
        author="三水先生",
        uid=24,
        date="3&nbsp;小时前",
        label="地板",
    ),
    Post(904, "我不说我是谁", who="匿名", date="7&nbsp;分钟前", label="5<sup>#</sup>"),
]
PHONE = f"{HOST}forum.php?mod=viewthread&tid=4711&mobile=2"
NEWS = [
    (Row(4711, "旧码头的夜市又开了", 6, 1024), 8, "河湾闲话"),
    (Row(4720, "秋千", 0, 3, last="昨天&nbsp;18:45"), 9, "集市"),
]
ROWS = [
    (4701, "版规：先读 <这> 一帖", "admin", 0),
    (4711, "旧码头的夜市又开了", "石桥卖花人", 6),
    (4712, "灯", "名字比标题长得多的人", 12),
]


def skins() -> list[Fixture]:
    """Every face of a forum but the plain one."""
    touch35 = [
        Post(
            910,
            "第一盏灯亮了。",
            author="石桥卖花人",
            uid=7,
            date="2023-3-14 09:26",
            label="1<sup>#</sup>",
            counters='<span class="y"><i class="dm-eye"></i><em>2073</em><i class="dm-chat-s"></i><em>2</em></span>',
        ),
        Post(
            911,
            "坐等周末。",
            date="\n前天 10:10",
            label="2<sup>#</sup>",
            behind='<div id="comment_911"><h3 class="psth xs1">点评</h3><div class="plc p0 cl" id="commentdetail_5">'
            '<div class="display pi"><ul class="authi"><li class="mtit"><span class="y"></span><span class="z">'
            '<a href="home.php?mod=space&amp;uid=23&amp;mobile=2" class="xi2 xw1">Tinker_Bell</a></span></li>'
            '<li class="mtime">2023-3-14 12:00</li></ul><div class="message">同去</div></div></div></div>',
        ),
        Post(
            912,
            "好",
            who="三水先生 <em>该用户已被删除</em>",
            date="2023-3-15 08:00",
            label="3<sup>#</sup>",
        ),
    ]
    wap = [
        Post(
            920,
            "第一盏灯亮了。",
            author="石桥卖花人",
            uid=7,
            date="2023-3-14 09:26:53",
            label="楼主",
        ),
        Post(
            921,
            '<div class="quote"><blockquote><p>引用:</p>写在前面的话</blockquote></div><br />\n好看。',
            label="沙发",
        ),
        Post(
            922,
            "明天去",
            label="<em>3</em><sup>#</sup>",
            subject="回复：旧码头",
            uid=22,
            author="半壶老酒",
        ),
    ]
    skin = [
        Post(930, "第一盏灯亮了。", author="石桥卖花人", uid=7, date="2022-3-14 09:26", label=""),
        Post(931, "坐等周末。", date="03-14 16:59", label="沙发"),
        Post(932, "同去。", author="52653", uid=22, date="03-14 17:38", label="藤椅"),
        Post(933, "楼主来了。", author="石桥卖花人", uid=7, date="03-14 18:00", label="楼主"),
        Post(934, "地板凉", author="三水先生", uid=24, date="03-14 18:30", label="地板"),
    ]
    archive = [
        Post(
            1,
            " 本帖最后由 石桥卖花人 于 2023-3-14 11:20 编辑 <br />\n<br />\n第一盏灯亮了 :lol<br />\n[*]灯<br />\n"
            "http://img.example.org/lamp.jpg<br />\n&nbsp; &nbsp; 完。",
            author="石桥卖花人",
            date="2023-3-14 09:26:53",
            subject="旧码头的夜市又开了",
        ),
        Post(2, "坐等周末。 {:2_25:}"),
        Post(
            3,
            "柳岸闻莺 发表于 2023-3-14 10:00<br />\n坐等周末。<br />\n<br />\n周末见。",
            author="半壶老酒",
        ),
        Post(4, "回复 2# 柳岸闻莺 <br />\n<br />\n旧式的回答。", author="三水先生"),
        Post(5, "", author="阿O'正"),
        Post(
            6,
            "我不说我是谁",
            who="匿名",
            date='<span title="2023-3-15 19:53:01">7&nbsp;分钟前</span>',
        ),
    ]
    print_out = [
        Post(
            1,
            '<i class="pstatus"> 本帖最后由 石桥卖花人 于 2023-3-14 11:20 编辑 </i><br />\n<br />\n第一盏灯亮了。<br />\n'
            '<hr class="l" />完。',
            author="石桥卖花人",
            date="2023-3-14 09:26",
            subject="旧码头的夜市又开了",
        ),
        Post(2, "坐等周末。", date='<span title="2023-3-14 10:00">昨天&nbsp;10:00</span>'),
        Post(3, "提示: <em>该帖被管理员或版主屏蔽</em>", author="半壶老酒", date="2023-3-14 10:05"),
        Post(4, "我不说我是谁", author="匿名", date="2023-3-15 08:00"),
    ]
    return [
        Fixture("thread", "touch", touch_thread([OPENING, *ANSWERS], pages=2), url=PHONE),
        Fixture("thread", "touch_x35", touch35_thread(touch35), url=PHONE),
        Fixture("thread", "wap", wap_thread(wap), url=PHONE.replace("mobile=2", "mobile=1")),
        Fixture(
            "thread", "wap_skin", wap_skin_thread(skin), url=PHONE.replace("mobile=2", "mobile=yes")
        ),
        Fixture(
            "thread",
            "archiver",
            archived_thread(archive, pages=2),
            url=f"{HOST}archiver/?tid-4711.html",
        ),
        Fixture(
            "thread",
            "printable",
            printable(print_out),
            url=f"{HOST}forum.php?mod=viewthread&action=printable&tid=4711",
        ),
        Fixture(
            "thread",
            "album",
            album([wap[0], wap[2], print_out[1]]),
            url=f"{HOST}forum.php?mod=viewthread&tid=4711&aid=31&from=album&page=1",
        ),
        Fixture(
            "thread",
            "ajax",
            ajax_floor(one_floor()),
            url=f"{HOST}forum.php?mod=viewthread&tid=4711&viewpid=901&inajax=1",
            headers={"Content-Type": "text/xml; charset=utf-8"},
        ),
        Fixture("thread", "renamed", renamed(str(news()))),
        Fixture("thread", "parts", parts()),
        Fixture(
            "board",
            "touch",
            touch_list(ROWS, pages=3),
            url=f"{HOST}forum.php?mod=forumdisplay&fid=8&mobile=2",
        ),
        Fixture(
            "board",
            "touch_x35",
            touch35_list(ROWS[1:]),
            url=f"{HOST}forum.php?mod=forumdisplay&fid=8&mobile=2",
        ),
        Fixture(
            "board",
            "archiver",
            archived_list(
                [(4711, "旧码头的夜市又开了", "6"), (4712, "灯", "0"), (4713, "搬走的", "-")],
                pages=3,
            ),
            url=f"{HOST}archiver/?fid-8.html",
        ),
        Fixture("news", "guide", guide(NEWS, pages=3), url=f"{HOST}forum.php?mod=guide&view=new"),
        Fixture(
            "news",
            "guide_touch",
            touch_list(ROWS),
            url=f"{HOST}forum.php?mod=guide&view=hot&mobile=2",
        ),
        Fixture(
            "news",
            "feed",
            feed([(4711, "夜市 & <灯>", "石桥卖花人"), (4712, "灯", "半壶老酒")]),
            url=f"{HOST}forum.php?mod=rss&fid=8",
            headers={"Content-Type": "application/xml"},
        ),
        Fixture(
            "index",
            "archiver",
            archived_index([(8, "河湾闲话"), (9, "集市")]),
            url=f"{HOST}archiver/",
        ),
    ]


def one_floor() -> str:
    page = str(Thread([first(900, "一"), *replies(901, "只有这一楼。")]))
    start = page.index('<table id="pid901"')
    return page[start : page.index("</table>\n</div>", start) + len("</table>")]


def renamed(source: str, seed: int = 1) -> str:
    """A page with all ids and classes renamed, each class the same wherever it stands."""
    names = random.Random(seed)

    def word() -> str:
        return "".join(names.choices("abcdefghijklmnopqrstuvwxyz", k=7))

    classes: dict[str, str] = defaultdict(word)
    source = re.sub(
        r'(<[^>]*?\sclass=")([^"]*)"',
        lambda found: found[1] + " ".join(classes[name] for name in found[2].split()) + '"',
        source,
    )
    return re.sub(r'(<[^>]*?\sid=")[^"]*', lambda found: found[1] + word(), source)


def parts() -> str:
    """A post in three parts, of which the page shows the first."""
    script = (
        '<div id="threadpage"></div><script type="text/javascript" reload="1">'
        "show_threadpage(940, 1, 3, 0);</script>"
    )
    opening = first(940, "第一回。", before_cell=script)
    return str(
        Thread(
            [opening, *replies(941, "show_threadpage(941, 1, 9, 0); 是我打的字。")], title="连载"
        )
    )
