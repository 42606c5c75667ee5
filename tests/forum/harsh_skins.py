"""Thread pages in skins that do what they can to be misread: each seed draws one.

`skins.py` draws what any skin has. Here comments are longer than what they comment on, signatures
and advertisements look like posts, side lists like threads; members are gone, posts locked, pages
numbered nowhere; there is a list of threads and no thread at all.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawler.discuz import read_page
from crawler.discuz.facts import Post, ThreadPage

SEEN = datetime(2023, 3, 20, 12, tzinfo=UTC)
TITLE = "旧码头的夜市又开了"
THREAD = "4711"
_MEMBERS = (("石桥卖花人", 7), ("柳岸闻莺", 21), ("半壶老酒", 22), ("三水先生", 24), ("渔家傲", 25))
_SHORT = ("好", "顶一下", "坐等周末。", "谢谢楼主", "1", "路过", "支持!", "+1", "哈哈哈")
_LONG = (
    "夜市又开了，去的人很多，灯也亮了，一直亮到后半夜。",
    "船票涨了两块钱<br />不过渡口的茶还是老价钱",
    "我昨天去看过，桥头那家豆花没有开门。",
    "第二盏灯是谁点的？从这边望过去正好在塔的下面，拍照的人都站在石阶上。",
    "<p>先说路：从北门下车。</p><p>再说吃：先去渡口那家。</p>",
    "我数了一下，一共 37 盏灯，比去年多 12 盏。",
    "有人知道几点收摊吗？<br /><br />带孩子去的，怕太晚。",
)
_SIGNATURES = (
    "一壶浊酒喜相逢，古今多少事，都付笑谈中。",
    "本人承接河湾一带搬运，价钱好说，来电请早。",
    "慢慢走，欣赏啊",
    "签名档正在装修",
)
_REMARKS = (
    "说得对，我那天也在，人多得挤不进去，后来还是绕到后街才出来的，你们走的是哪一条路？",
    "同意",
    "照片有没有大图？想要一张做封面，会写上你的名字，谢谢了。",
)


@dataclass(frozen=True)
class Floor:
    """A post as it was written; ``text`` is ``None`` where the page withholds it."""

    id: str
    name: str
    member: str | None
    at: datetime
    position: int
    text: str | None
    remarks: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Harsh:
    """A page, its address, and what is true of it; no floors: the page shows none."""

    html: str
    url: str
    floors: tuple[Floor, ...]
    page: int
    replies: int
    has_ids: bool
    traits: tuple[str, ...]


_TRAITS = {
    "comments": 0.3,
    "ratings": 0.2,
    "signatures": 0.3,
    "promo": 0.2,
    "recommended": 0.25,
    "side": 0.3,
    "hot": 0.1,
    "scroll": 0.1,
    "locked": 0.15,
    "page2": 0.2,
    "single": 0.12,
    "none": 0.08,
    "mention": 0.3,
    "date_in_body": 0.2,
    "old_link": 0.25,
    "quote": 0.2,
    "same_before": 0.1,
    "same_behind": 0.1,
    "gone": 0.15,
    "login_date": 0.3,
    "likes": 0.2,
    "foot_in_body": 0.08,
    "device": 0.1,
    "place_of_writing": 0.1,
    "medals": 0.1,
    "biography": 0.15,
    "edited": 0.1,
    "advertised": 0.1,
    "answered": 0.08,
    "seen_lately": 0.1,
    "foreign": 0.1,
    "boards": 0.1,
    "no_ids": 0.15,
    "no_classes": 0.15,
    "no_labels": 0.3,
    "no_pager": 0.15,
    "no_counter": 0.15,
}


def harsh_skin(seed: int) -> Harsh:
    """Draw a page."""
    return _Page(random.Random(seed)).drawn()


class _Page:
    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.traits = {name for name, share in _TRAITS.items() if draw.random() < share}
        self.names: dict[str, str] = {}
        self.page = draw.choice((2, 3)) if "page2" in self.traits else 1
        self.layout = draw.choice(
            ("card", "row", "article", "item", "list", "flat", "foot", "deep")
        )
        self.date_form = draw.choice(
            ("发表于 {}", "{}", "<span>{}</span>", "<em>发表于 {}</em>", "· {}")
        )
        self.link = draw.choice(("findpost", "repquote", "report", "all"))
        self.signed = {uid: draw.choice(_SIGNATURES) for _, uid in _MEMBERS if draw.random() < 0.7}
        self.remark_tag = draw.choice(("div", "li", "p"))
        self.count_of_beside = draw.randint(0, 3)

    def cls(self, role: str) -> str:
        """The class attribute of a part; each skin has names of its own."""
        if "no_classes" in self.traits:
            return ""
        name = self.names.setdefault(
            role, f"{self.draw.choice('abcdkmqx')}{self.draw.randrange(10, 99)}{len(self.names)}"
        )
        return f' class="{name}"'

    def drawn(self) -> Harsh:
        draw = self.draw
        per_page = draw.randint(3, 9)
        count = 1 if "single" in self.traits else draw.randint(2, per_page)
        behind = draw.random() < 0.5  # more pages behind this one
        if behind or ("scroll" in self.traits):
            count = per_page if "single" not in self.traits else count
        if "none" in self.traits:
            count = 0
        first = (self.page - 1) * per_page + 1
        pages = self.page + (draw.randint(1, 3) if behind and "single" not in self.traits else 0)
        total = (
            (pages - 1) * per_page + draw.randint(1, per_page)
            if pages > self.page
            else first + count - 1
        )
        floors, parts = [], []
        for position in range(first, first + count):
            floor, told = self.floor(position)
            floors.append(floor)
            parts.append(told)
            if "promo" in self.traits and draw.random() < 0.3:
                parts.append(self.promo(position))
        if "foreign" in self.traits and parts:
            parts += [self.foreign(each) for each in range(1, draw.randint(2, 4))]
        if "recommended" in self.traits and parts:
            parts.insert(draw.choice((1, len(parts))), self.recommended())
        posts = "".join(parts)
        holder = {"row": "table", "item": "ul", "list": "div"}.get(self.layout, "div")
        posts = f"<{holder}{self.cls('posts')}>{posts}</{holder}>" if posts else self.nothing()
        if "hot" in self.traits and floors:
            posts = self.hot(floors) + posts
        if "scroll" in self.traits:
            posts += f'<div{self.cls("more")} data-page="{self.page + 1}">下拉加载更多</div>'
        side = self.side() if "side" in self.traits or "none" in self.traits else ""
        above, below = (side, "") if draw.random() < 0.5 else ("", side)
        pager = self.pager(pages) if "no_pager" not in self.traits and pages > 1 else ""
        counter = "" if "no_counter" in self.traits else f"<div>查看: 1024 回复: {total - 1}</div>"
        boards = ""
        if "boards" in self.traits:
            boards = "".join(
                f'<li><a href="forum.php?mod=forumdisplay&amp;fid={each}">别的版{each}</a></li>'
                for each in (5, 6)
            )
        html = f"""<!DOCTYPE html><html><head>
<title>{TITLE} - 河湾闲话 - 河湾论坛 - Powered by Discuz!</title>
<meta name="generator" content="Discuz! X3.3" /><script>var STYLEID = '1', discuz_uid = '0',
cookiepre = 'x_2132_';var fid = parseInt('8'), tid = parseInt('{THREAD}');</script></head>
<body id="nv_forum" class="pg_viewthread"><div{self.cls("nav")}><a href="forum.php">论坛</a>
<a href="forum.php?mod=forumdisplay&amp;fid=8">河湾闲话</a></div>{above}{boards}
<h1>{TITLE}</h1>{counter}{pager}{posts}{pager}{below}
<div>Powered by Discuz! GMT+8, 2023-3-20 12:00</div></body></html>"""
        return Harsh(
            html,
            f"http://bbs.example.net/thread-{THREAD}-{self.page}-1.html",
            tuple(floors),
            self.page,
            total - 1,
            "no_ids" not in self.traits,
            (*sorted(self.traits), self.layout),
        )

    # -- a floor --------------------------------------------------------------------------------

    def floor(self, position: int) -> tuple[Floor, str]:
        draw = self.draw
        name, uid = draw.choice(_MEMBERS)
        is_gone = "gone" in self.traits and draw.random() < 0.3
        at = datetime(2023, 3, 14, 9, 26) + timedelta(hours=3 * position, minutes=7 * position)
        said = draw.choice(_SHORT if draw.random() < 0.5 else _LONG)
        text: str | None
        body, text = self.body(said, position)
        is_locked = "locked" in self.traits and draw.random() < 0.4
        if is_locked:
            body, text = "<div>提示: <em>该帖被管理员或版主屏蔽</em></div>", None
        pid = str(950 + position)
        told = self.member(name, None if is_gone else uid)
        if is_gone and draw.random() < 0.5:
            told += " <em>该用户已被删除</em>"
        beside = "".join(self.beside(position))
        author = f"<div{self.cls('author')}>{told}{beside}</div>"
        label = "" if "no_labels" in self.traits else f"<b{self.cls('label')}>{position}#</b>"
        date = self.date_form.format(f"{at:%Y-%-m-%-d %H:%M}")
        links = self.links(pid)
        head = f"<div{self.cls('head')}>{date} {label}{links}</div>"
        same = '站务 <a href="home.php?mod=space&amp;uid=1">小站长</a> 2023-3-1 09:00'
        if "same_before" in self.traits:
            author = f"<div{self.cls('same')}>{same}</div>{author}"
        foot, remarks = self.below(uid, position)
        if "same_behind" in self.traits:
            foot += f"<div{self.cls('same')}>{same}</div>"
        box = self.above_body() + f"<div{self.cls('body')}>{body}</div>"
        if "answered" in self.traits and position > 1:
            head = (
                f"<div{self.cls('answered')}>回复 {self.member(*draw.choice(_MEMBERS))}</div>{head}"
            )
        floor = Floor(pid, name, None if is_gone else str(uid), at, position, text, remarks)
        return floor, self.laid(author, head, box, foot)

    def laid(self, author: str, head: str, body: str, foot: str) -> str:
        c = self.cls
        match self.layout:
            case "card":
                return f"<div{c('floor')}>{author}<div{c('main')}>{head}{body}{foot}</div></div>"
            case "row":
                return f"<tr{c('floor')}><td>{author}</td><td>{head}{body}{foot}</td></tr>"
            case "article":
                return f"<article{c('floor')}><header>{author}{head}</header>{body}<footer>{foot}</footer></article>"
            case "item":
                return f"<li{c('floor')}><div{c('main')}>{author}{head}{body}{foot}</div></li>"
            case "list":
                return f"<dl{c('floor')}><dt>{author}{head}</dt><dd>{body}{foot}</dd></dl>"
            case "flat":
                return f"<div{c('one')}>{author}{head}</div><div{c('two')}>{body}{foot}</div>"
            case "foot":
                return f"<div{c('floor')}>{body}{foot}{author}{head}</div>"
            case _:
                return (
                    f"<div{c('floor')}><div{c('out')}><div>{author}</div><div>{head}<div><div{c('in')}>"
                    f"{body}</div></div>{foot}</div></div></div>"
                )

    def member(self, name: str, uid: int | None) -> str:
        if uid is None:
            return f"<span>{name}</span>"
        return f'<a href="home.php?mod=space&amp;uid={uid}">{name}</a>'

    def links(self, pid: str) -> str:
        if "no_ids" in self.traits:
            return ""
        found = {
            "findpost": f'<a href="forum.php?mod=redirect&amp;goto=findpost&amp;ptid={THREAD}&amp;pid={pid}">链接</a>',
            "repquote": f'<a href="forum.php?mod=post&amp;action=reply&amp;fid=8&amp;tid={THREAD}&amp;repquote={pid}">回复</a>',
            "report": f"<a href=\"javascript:;\" onclick=\"showWindow('r', 'misc.php?mod=report&amp;rtype=post&amp;rid={pid}&amp;tid={THREAD}')\">举报</a>",
        }
        return " ".join(found.values()) if self.link == "all" else found[self.link]

    def beside(self, position: int) -> list[str]:
        draw = self.draw
        told = [
            f"<p>积分 {position}5187</p>",
            f"<p>注册时间<br />201{position % 10}-3-{position % 28 + 1}</p>",
            "<p>乡邻</p>",
        ][: self.count_of_beside]
        if "medals" in self.traits:
            told.append(f"<p>{draw.choice(('最佳新人', '热心助人', '宣传大使'))}勋章</p>")
        if "biography" in self.traits:
            told.append(f"<p>{draw.choice(_SIGNATURES)}</p>")
        if "seen_lately" in self.traits:
            told.append(f"<p>上次在线</p><p>2023-3-1{position % 9} 13:0{position % 9}</p>")
        if "login_date" in self.traits:
            told.append(f"<p>最后登录 2023-3-1{position % 9} 1{position % 9}:50</p>")
        return told

    def body(self, said: str, position: int) -> tuple[str, str]:
        """The markup of a body, and its words."""
        draw = self.draw
        text = (
            said.replace("</p><p>", "\n\n")
            .replace("<p>", "")
            .replace("</p>", "")
            .replace("<br />", "\n")
        )
        if "mention" in self.traits and draw.random() < 0.5:
            name, uid = draw.choice(_MEMBERS)
            at = draw.choice(("@", ""))
            said = f'<a href="home.php?mod=space&amp;uid={uid}">{at}{name}</a> 你看：{said}'
            text = (
                f"{at}{name} 你看：{text}"
                if not said.count("<p>")
                else f"{at}{name} 你看：\n\n{text}"
            )
        if "date_in_body" in self.traits and draw.random() < 0.4:
            said += f"<div>2023-2-{position % 28 + 1} 18:30</div>"
            text += f"\n2023-2-{position % 28 + 1} 18:30"
        if "old_link" in self.traits and draw.random() < 0.4:
            said += f' <a href="forum.php?mod=redirect&amp;goto=findpost&amp;ptid={THREAD}&amp;pid={900 + position}">见旧帖</a>'
            text += " 见旧帖"
        if "quote" in self.traits and position > 1 and draw.random() < 0.4:
            said = (
                "<blockquote>柳岸闻莺 发表于 2023-3-3 08:15<br />这是从前说过的话</blockquote>"
                + said
            )
            text = "柳岸闻莺 发表于 2023-3-3 08:15\n这是从前说过的话\n" + text
        # of a single post nobody could tell such words from the author's
        if "foot_in_body" in self.traits and "single" not in self.traits:
            said += "<div>分享到空间 收藏本帖</div>"
        return said, text

    def above_body(self) -> str:
        """What a skin tells of a post between its head and its words."""
        told = []
        if "device" in self.traits:
            device = self.draw.choice(("华为手机", "苹果手机客户端", "小米平板", "电脑网页版"))
            told.append(f"<div{self.cls('device')}>来自{device}</div>")
        if "place_of_writing" in self.traits:
            place = self.draw.choice(("浙江", "江苏", "上海", "广东"))
            told.append(f"<div{self.cls('place')}>IP属地：{place}</div>")
        return "".join(told)

    def below(self, uid: int, position: int) -> tuple[str, tuple[tuple[str, str], ...]]:
        draw, foot = self.draw, []
        remarks = []
        if "comments" in self.traits and draw.random() < 0.5:
            tag, entries = self.remark_tag, []
            for _ in range(draw.randint(1, 3)):
                name, other = draw.choice(_MEMBERS)
                said = draw.choice(_REMARKS)
                remarks.append((name, said))
                entries.append(
                    f"<{tag}>{self.member(name, other)} {said} <span>发表于 2023-3-18 1{position % 9}:0{draw.randrange(9)}</span></{tag}>"
                )
            listed = "".join(entries)
            title = draw.choice(("<h3>点评</h3>", ""))
            foot.append(
                f"<div{self.cls('remarks')}>{title}{f'<ul>{listed}</ul>' if tag == 'li' else listed}</div>"
            )
        if "ratings" in self.traits and draw.random() < 0.4:
            name, other = draw.choice(_MEMBERS)
            foot.append(
                f"<div{self.cls('rated')}>评分 {self.member(name, other)} 威望 +{draw.randrange(1, 9)} 很给力!</div>"
            )
        if "likes" in self.traits and draw.random() < 0.5:
            who = "、".join(self.member(*each) for each in draw.sample(_MEMBERS, 3))
            foot.append(f"<div{self.cls('likes')}>{who} 觉得很赞</div>")
        if "signatures" in self.traits and uid in self.signed:
            foot.append(f"<div{self.cls('signature')}>{self.signed[uid]}</div>")
        if "edited" in self.traits and draw.random() < 0.7:
            who = draw.choice(_MEMBERS)[0]
            foot.append(
                f"<div{self.cls('edit')}>本帖最后由 {who} 于 2023-3-1{position % 9} 09:00 编辑</div>"
            )
        if "advertised" in self.traits:
            said = draw.choice(
                ("老酒坊开坛，头三天半价", "修船补网，随叫随到", "渡口客栈今日有空房")
            )
            foot.append(f"<div{self.cls('advert')}>{said}</div>")
        if draw.random() < 0.5 or "buttons" in self.names:
            foot.append(f"<div{self.cls('buttons')}>支持 <b>{position}</b> 反对 <b>0</b></div>")
        return "".join(foot), tuple(remarks)

    # -- what else is on the page ---------------------------------------------------------------

    def promo(self, position: int) -> str:
        """An advertisement that is laid out as a post."""
        author = f"<div{self.cls('author')}>{self.member('河湾旅社', 99)}<p>推广</p></div>"
        head = f"<div{self.cls('head')}>{self.date_form.format('2023-3-1 08:00')}</div>"
        body = f"<div{self.cls('body')}>订房八折，第 {position} 位起送早茶一壶，电话见店招。</div>"
        return self.laid(author, head, body, "")

    def foreign(self, position: int) -> str:
        """A post of the next thread, which a page that never ends shows below this one."""
        name, uid = self.draw.choice(_MEMBERS)
        link = f"forum.php?mod=redirect&amp;goto=findpost&amp;ptid=4712&amp;pid={980 + position}"
        author = f"<div{self.cls('author')}>{self.member(name, uid)}</div>"
        date = self.date_form.format(f"2023-3-18 1{position}:00")
        head = f'<div{self.cls("head")}>{date} <b{self.cls("label")}>{position}#</b><a href="{link}">链接</a></div>'
        body = f"<div{self.cls('body')}>另一个主题的第 {position} 句话，不在这里。</div>"
        return self.laid(author, head, body, "")

    def recommended(self) -> str:
        rows = "".join(self._row(each) for each in range(5001, 5001 + self.draw.randint(2, 5)))
        tag = {"row": "tr", "item": "li"}.get(self.layout, "div")
        inner = f"<h3>相关推荐</h3><ul>{rows}</ul>"
        inner = f'<td colspan="2">{inner}</td>' if tag == "tr" else inner
        return f"<{tag}{self.cls('recommended')}>{inner}</{tag}>"

    def side(self) -> str:
        rows = "".join(self._row(each) for each in range(4801, 4801 + self.draw.randint(3, 9)))
        return f"<div{self.cls('side')}><h3>最新主题</h3><ul>{rows}</ul></div>"

    def _row(self, number: int) -> str:
        return (
            f'<li><a href="thread-{number}-1-1.html">侧栏主题{number}</a> '
            f"{self.member(f'友{number}', number)} 2023-3-{number % 19 + 1} 10:00</li>"
        )

    def hot(self, floors: list[Floor]) -> str:
        floor = self.draw.choice(floors)
        author = f"<div{self.cls('author')}>{self.member(floor.name, 21)}</div>"
        head = f"<div{self.cls('head')}>{floor.at:%Y-%-m-%-d %H:%M} {self.links(floor.id)}</div>"
        return f"<div{self.cls('hot')}><h3>精彩回复</h3>{author}{head}<div>{floor.text or ''}</div></div>"

    def nothing(self) -> str:
        return "<div><p>抱歉，您没有权限查看这个主题</p></div>"

    def pager(self, pages: int) -> str:
        if self.draw.random() < 0.3:
            parts = []
            if self.page > 1:
                parts.append(f'<a href="thread-{THREAD}-{self.page - 1}-1.html">上一页</a>')
            if self.page < pages:
                parts.append(f'<a href="thread-{THREAD}-{self.page + 1}-1.html">下一页</a>')
        else:
            here = self.draw.choice(("strong", "span", "b"))
            parts = [
                f"<{here}>{each}</{here}>"
                if each == self.page
                else f'<a href="thread-{THREAD}-{each}-1.html">{each}</a>'
                for each in range(1, pages + 1)
            ]
            if self.page < pages:
                parts.append(f'<a href="thread-{THREAD}-{self.page + 1}-1.html">下一页</a>')
        return f"<div{self.cls('pager')}>{' '.join(parts)}</div>"


# -- what is read of it -------------------------------------------------------------------------


def outcome(seed: int) -> str:
    """How a page is read: right, refused, less (posts are left out), or wrong."""
    made = harsh_skin(seed)
    read = read_page(made.html.encode(), url=made.url, seen_at=SEEN)
    if not isinstance(read, ThreadPage):
        return "refused"
    if not made.floors or wrong_facts(made, read):
        return "wrong"
    return "right" if len(read.posts) == len(made.floors) else "less"


def wrong_facts(made: Harsh, read: ThreadPage) -> list[str]:
    """Which facts of a page are others than those that it was made of."""
    page = {
        "headline": read.headline == TITLE,
        "thread": read.thread_id == THREAD,
        "page": read.page == made.page,
        "board": read.board is None or read.board.id == "8",
        "replies": read.replies in (None, made.replies),
    }
    found = [name for name, is_right in page.items() if not is_right]
    by_id = {floor.id: floor for floor in made.floors}
    by_date = {floor.at: floor for floor in made.floors}
    for post in read.posts:
        floor = by_id.get(post.id)
        if floor is None and not made.has_ids and post.date:
            floor = by_date.get(post.date.value.replace(tzinfo=None))
        found += ["foreign post"] if floor is None else _wrong_in(post, floor)
    return found


def _wrong_in(post: Post, floor: Floor) -> list[str]:
    said = [(comment.author, _squeezed(comment.text)) for comment in post.comments]
    remarks = [(name, _squeezed(words)) for name, words in floor.remarks]
    is_withheld = floor.text is None
    post_facts = {
        "author": post.author.name == floor.name and post.author.id in (None, floor.member),
        "date": post.date is not None and post.date.value.replace(tzinfo=None) == floor.at,
        "position": post.position in (None, floor.position),
        "opening post": post.is_first == (floor.position == 1),
        "text": _squeezed(post.body.text) == _squeezed(floor.text or ""),
        "notice": bool(post.body.notices) == is_withheld,
        "comments": all(each in remarks for each in said),
    }
    return [name for name, is_right in post_facts.items() if not is_right]


def _squeezed(text: str) -> str:
    return "".join(text.split())
