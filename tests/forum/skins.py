"""Thread pages in skins that nobody wrote: each seed draws one.

A skin is a choice of where the author stands, what is told beside a name and below the words, which
elements are used and how they are called, and what else is on the page. The facts are known, so a
page that is read wrongly is found at once.

`python -m tests.forum.skins --seeds 500` reads so many and counts: right, refused, wrong; with
`--harsh` those of `harsh_skins.py`.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawler.discuz import read_page
from crawler.discuz.facts import ThreadPage
from tests.forum import harsh_skins

HOST = "http://bbs.example.net/"
SEEN = datetime(2023, 3, 20, 12, tzinfo=UTC)
_NAMES = (("石桥卖花人", 7), ("柳岸闻莺", 21), ("半壶老酒", 22), ("三水先生", 24), ("渔家傲", 25))
_WORDS = (
    "好",
    "顶一下",
    "坐等周末。",
    "夜市又开了，去的人很多，灯也亮了，一直亮到后半夜。",
    "船票涨了两块钱<br />不过渡口的茶还是老价钱",
    "我昨天去看过，桥头那家豆花没有开门。",
    "第二盏灯是谁点的？",
    "谢谢楼主",
)
# what skins tell beside a name; {n} is another number in each floor
_BESIDE = (
    "<p>积分 {n}5187</p>",
    "<p>最后登录 2026-11-1{n} 1{n}:50</p>",
    "<p>注册时间<br />201{n}-3-{n}</p>",
    "<p>在线时间 {n}31 小时</p>",
    "<p>威望: <span>{n}2</span></p><p>铜币: <span>{n}40</span></p>",
    "<p>乡邻</p>",
    '<p><img src="static/lv{n}.gif" title="LV{n}" /></p>',
)
_BELOW = (
    "",
    '<div class="{c}"><a href="javascript:;">回复</a> <a href="javascript:;">举报</a></div>',
    '<div class="{c}">支持 <b>{n}</b> 反对 <b>0</b></div>',
    '<div class="{c}">本帖最近浏览 {n}21 次</div>',
)


@dataclass(frozen=True)
class Skin:
    """A page, and the words of its posts in their order."""

    page: str
    texts: tuple[str, ...]


def skin(seed: int) -> Skin:
    """Draw a page."""
    draw = random.Random(seed)
    names = [f"{draw.choice('abcdkmqx')}{draw.randrange(10, 99)}" for _ in range(9)]
    tag = draw.choice(("div", "div", "section", "li"))
    words = [draw.choice(_WORDS) for _ in range(draw.randint(2, 8))]
    beside = draw.sample(_BESIDE, draw.randint(0, 4))
    below = draw.choice(_BELOW)
    is_beside, is_behind = draw.random() < 0.7, draw.random() < 0.3
    date = draw.choice(("发表于 {}", "{}", "<span>{}</span>", "<em>发表于 {}</em>"))
    floors = []
    for number, said in enumerate(words, 1):
        name, uid = draw.choice(_NAMES)
        at = datetime(2023, 3, 14, 9, 26) + timedelta(hours=7 * number)
        told = "".join(beside).replace("{n}", str(number))
        author = f'<div class="{names[0]}"><a href="home.php?mod=space&amp;uid={uid}">{name}</a>{told}</div>'
        label = (
            f'<a href="forum.php?mod=redirect&amp;goto=findpost&amp;ptid=4711&amp;pid={950 + number}">'
            f"{number}#</a>"
        )
        head = f'<div class="{names[1]}">{date.format(f"{at:%Y-%-m-%-d %H:%M}")} {label}</div>'
        body = f'<div class="{names[2]}">{said}</div>'
        foot = below.replace("{n}", str(number)).replace("{c}", names[3])
        main = f'<div class="{names[4]}">{head}{body}{foot}</div>'
        parts = [author, main] if is_beside else [f"{author}{main}"]
        if is_behind:
            parts.reverse()
        floors.append(f'<{tag} class="{names[5]}">{"".join(parts)}</{tag}>')
    posts = f'<ul class="{names[6]}">{"".join(floors)}</ul>' if tag == "li" else "".join(floors)
    side = ""
    if draw.random() < 0.4:
        rows = "".join(
            f'<li><a href="thread-{each}-1-1.html">侧栏主题{each}</a> <a href="home.php?mod=space&amp;'
            f'uid={each}">友{each}</a> 2023-3-{each % 20 + 1} 10:00</li>'
            for each in range(4801, 4801 + draw.randint(3, 9))
        )
        side = f'<div class="{names[7]}"><h3>最新主题</h3><ul>{rows}</ul></div>'
    above, behind = (side, "") if draw.random() < 0.5 else ("", side)
    page = f"""<!DOCTYPE html><html><head>
<title>旧码头的夜市又开了 - 河湾闲话 - 河湾论坛 - Powered by Discuz!</title>
<meta name="generator" content="Discuz! X3.3" /><script>var STYLEID = '1', discuz_uid = '0',
cookiepre = 'x_2132_';var fid = parseInt('8'), tid = parseInt('4711');</script></head>
<body id="nv_forum" class="pg_viewthread"><div class="{names[8]}"><a href="forum.php">论坛</a>
<a href="forum.php?mod=forumdisplay&amp;fid=8">河湾闲话</a></div>{above}
<h1>旧码头的夜市又开了</h1><div>查看: 1024 回复: {len(words) - 1}</div>{posts}{behind}
<div>Powered by Discuz! GMT+8, 2023-3-20 12:00</div></body></html>"""
    return Skin(page, tuple(each.replace("<br />", "\n") for each in words))


def outcome(seed: int) -> str:
    """How a page is read: right, refused, less (posts are left out), or wrong."""
    made = skin(seed)
    url = f"{HOST}thread-4711-1-1.html"
    read = read_page(made.page.encode(), url=url, seen_at=SEEN)
    if not isinstance(read, ThreadPage):
        return "refused"
    if read.headline != "旧码头的夜市又开了" or read.thread_id != "4711":
        return "wrong"
    texts = tuple(post.body.text for post in read.posts)
    if texts == made.texts:
        return "right"
    is_less = len(texts) < len(made.texts) and set(texts) <= set(made.texts)
    return "less" if is_less and read.posts[0].is_first else "wrong"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first")
    parser.add_argument("--seeds", type=int, default=500, help="how many")
    parser.add_argument("--harsh", action="store_true", help="skins that do what they can")
    options = parser.parse_args()
    read = harsh_skins.outcome if options.harsh else outcome
    counts: Counter[str] = Counter()
    wrong = []
    for seed in range(options.seed, options.seed + options.seeds):
        came = read(seed)
        counts[came] += 1
        if came == "wrong":
            wrong.append(seed)
    print(dict(counts), "wrong:", wrong[:20])


if __name__ == "__main__":
    main()
