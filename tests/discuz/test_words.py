"""Each word of `crawler.discuz.words` is known to every reader of a page that can show it.

A page of each face is made with each word in the place where Discuz or a skin puts it; the fact
has to come out.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml.cssselect import CSSSelector

from crawler.discuz import read_page, words
from crawler.discuz.facts import BoardPage, Post, ThreadPage
from crawler.discuz.site_rules import Selector, SiteRules, ThreadSelectors
from tests.discuz.test_page import SEEN, URL
from tests.forum import phones
from tests.forum.desktop import Floor, Look, Thread
from tests.forum.lists import Listing, Row
from tests.forum.phones import Post as PhonePost
from tests.pages import first, replies
from tests.pages.plain import PAGE as PLAIN
from tests.pages.skins import renamed

LIST = "http://bbs.example.net/forum.php?mod=forumdisplay&fid=8"
RULES = SiteRules(
    hosts=("bbs.example.net",),
    thread=ThreadSelectors(
        floor=Selector(CSSSelector("article")),
        author=Selector(CSSSelector(".nick")),
        date=Selector(CSSSelector("time")),
        body=Selector(CSSSelector("section")),
        headline=Selector(CSSSelector("h1")),
        label=Selector(CSSSelector("i")),
    ),
)


def read(page: str, *, rules: SiteRules | None = None) -> ThreadPage:
    url = URL if page.lstrip().startswith("<") else "file:///page.txt"
    found = read_page(page.encode(), url=url, seen_at=SEEN, rules=rules)
    assert isinstance(found, ThreadPage), found
    return found


# -- pages of each face -------------------------------------------------------------------------


def desktop() -> str:
    return str(Thread([first(900, "一"), *replies(901, "二")]))


def phone(second: PhonePost | None = None, counters: str = "") -> list[PhonePost]:
    opening = PhonePost(900, "一", author="石桥卖花人", uid=7, label="楼主", counters=counters)
    return [opening, second or PhonePost(901, "二")]


def by_rules(
    above: str = "", who: str = '<a class="nick" href="?uid=7">柳</a>', label: str = ""
) -> str:
    floors = "".join(
        f"<article>{name}<time>2023-3-14 09:2{n}</time><section>{n}</section><i>{mark}</i></article>"
        for n, (name, mark) in enumerate(
            (('<a class="nick" href="home.php?mod=space&uid=7">石桥卖花人</a>', ""), (who, label))
        )
    )
    return f"<html><head><script>var cookiepre='x'</script></head><body><h1>夜市</h1>{above}{floors}</body></html>"


# -- counters of a thread -----------------------------------------------------------------------

VIEWS = "查看 浏览 瀏覽 阅读 閱讀 点击 點擊 Views Reads 查看数 瀏覽數 阅读量".split()
REPLIES = "回复 回復 回覆 評論 评论 Replies 回复数 評論數".split()
COUNTED: dict[str, Callable[[str, str], ThreadPage]] = {
    "desktop": lambda seen, answered: read(
        desktop().replace("查看:", f"{seen}:").replace("回复:", f"{answered}:")
    ),
    "desktop, other boxes": lambda seen, answered: read(
        desktop()
        .replace('class="hm ptn"', 'class="x"')
        .replace('<span class="xg1">查看:', f"<span>{seen}")
        .replace('<span class="xg1">回复:', f"<span>{answered}")
    ),
    "touch": lambda seen, answered: read(
        phones.touch35_thread(phone(counters=f'<span class="y">{seen} 1024 {answered} 1</span>'))
    ),
    "wap": lambda seen, answered: read(
        phones.wap_thread(phone()).replace(
            '看1024<span class="pipe">|</span>回1', f"{seen} 1024 | {answered} 1"
        )
    ),
    "album": lambda seen, answered: read(
        phones.album(phone()).replace("查看数", seen).replace("评论数", answered)
    ),
    "plain text": lambda seen, answered: read(
        PLAIN.replace("查看: 1024|回复: 2", f"{seen}: 1024|{answered}: 1")
    ),
    "site rules": lambda seen, answered: read(
        by_rules(f"<p>{seen} 1024 {answered} 1</p>"), rules=RULES
    ),
    "unknown skin": lambda seen, answered: read(
        renamed(desktop().replace("查看:", f"{seen}:").replace("回复:", f"{answered}:"))
    ),
}


@pytest.mark.parametrize("face", COUNTED)
@pytest.mark.parametrize("word", VIEWS)
def test_views(face: str, word: str) -> None:
    assert COUNTED[face](word, "回复").views == 1024


@pytest.mark.parametrize("face", COUNTED)
@pytest.mark.parametrize("word", REPLIES)
def test_replies(face: str, word: str) -> None:
    assert COUNTED[face]("查看", word).replies == 1


@pytest.mark.parametrize("word", ["全部回复", "全部回復", "所有回复"])
def test_replies_in_a_line_of_their_own(word: str) -> None:
    page = phones.touch35_thread(phone()).replace('</div>\n<div class="pg">', "</div>")
    line = f'<div class="txtlist cl"><div class="mtit cl">{word}<em>1</em></div></div>'
    assert read(page.replace("</body>", f"{line}</body>")).replies == 1


@pytest.mark.parametrize("rounded", ["2万", "2萬", "1.9万"])
def test_a_rounded_counter_is_read_by_its_title(rounded: str) -> None:
    page = desktop().replace(">1024<", f' title="20417">{rounded}<')
    assert read(page).views == 20417
    assert read(renamed(page)).views == 20417
    # without a title nothing exact is told
    assert read(renamed(desktop().replace(">1024<", f">{rounded}<"))).views is None


def test_permissions_are_no_counter() -> None:
    page = desktop().replace("查看:", "阅读权限:").replace("1024", "20")
    assert read(page).views is None


# -- floors -------------------------------------------------------------------------------------

LABELS = {"沙发": 2, "沙發": 2, "沙发#": 2, "2#": 2, "2楼": 2, "2樓": 2, "板凳": 3, "地板#": 4}
LABELLED: dict[str, Callable[[str], ThreadPage]] = {
    "desktop": lambda label: read(
        str(Thread([first(900, "一"), *(_with(replies(901, "二"), label=label))]))
    ),
    "touch": lambda label: read(phones.touch_thread(phone(PhonePost(901, "二", label=label)))),
    "touch X3.5": lambda label: read(
        phones.touch35_thread(phone(PhonePost(901, "二", label=label)))
    ),
    "wap": lambda label: read(phones.wap_thread(phone(PhonePost(901, "二", label=label)))),
    "wap skin": lambda label: read(
        phones.wap_skin_thread(phone(PhonePost(901, "二", label=label)))
    ),
    "plain text": lambda label: read(PLAIN.replace("\n沙发\n", f"\n{label}\n")),
    "site rules": lambda label: read(by_rules(label=label), rules=RULES),
    "unknown skin": lambda label: read(
        renamed(str(Thread([first(900, "一"), *(_with(replies(901, "二"), label=label))])))
    ),
}


def _with(floors: list[Floor], **more: str) -> list[Floor]:
    for floor in floors:
        for name, value in more.items():
            setattr(floor, name, value)
    return floors


@pytest.mark.parametrize("face", LABELLED)
@pytest.mark.parametrize("label", LABELS)
def test_labels(face: str, label: str) -> None:
    second = LABELLED[face](label).posts[1]
    assert (second.floor_label, second.position) == (label, LABELS[label])


# -- who ----------------------------------------------------------------------------------------

NOBODY = ["匿名", "匿名用户", "游客", "遊客", "Guest", "Anonymous", "匿名 203.0.113.x:1234"]
# names of members, who are somebody
SOMEBODY = ["匿名山人", "Guest_of_honour", "老游客"]


def second(page: ThreadPage) -> Post:
    return page.posts[1]


UNLINKED: dict[str, Callable[[str], Post]] = {
    "desktop": lambda who: second(
        read(str(Thread([first(900, "一"), *_with(replies(901, "二"), pi=who)])))
    ),
    "touch": lambda who: second(
        read(phones.touch_thread(phone(PhonePost(901, "二", who=f"{who}</b>"))))
    ),
    "touch X3.5": lambda who: second(
        read(phones.touch35_thread(phone(PhonePost(901, "二", who=who))))
    ),
    "wap": lambda who: second(read(phones.wap_thread(phone(PhonePost(901, "二", who=who))))),
    "site rules": lambda who: second(read(by_rules(who=f'<b class="nick">{who}</b>'), rules=RULES)),
    "unknown skin": lambda who: second(
        read(renamed(str(Thread([first(900, "一"), *_with(replies(901, "二"), pi=who)]))))
    ),
}
NAMED: dict[str, Callable[[str], Post]] = {
    "printable": lambda who: second(
        read(phones.printable([PhonePost(0, "一"), PhonePost(0, "二", author=who)]))
    ),
    "archiver": lambda who: second(
        read(phones.archived_thread([PhonePost(0, "一"), PhonePost(0, "二", author=who)]))
    ),
    "plain text": lambda who: second(read(PLAIN.replace("\n柳岸闻莺\n", f"\n{who}\n", 1))),
}


EVERYWHERE: dict[str, Callable[[str], Post]] = UNLINKED | NAMED


@pytest.mark.parametrize("face", EVERYWHERE)
@pytest.mark.parametrize("word", NOBODY)
def test_nobody(face: str, word: str) -> None:
    author = EVERYWHERE[face](word).author
    assert (author.name, author.id, author.is_anonymous) == ("匿名", None, True)


@pytest.mark.parametrize("face", NAMED)
@pytest.mark.parametrize("name", SOMEBODY)
def test_a_member_whose_name_begins_like_nobody(face: str, name: str) -> None:
    author = NAMED[face](name).author
    assert (author.name, author.is_anonymous) == (name, False)


@pytest.mark.parametrize("face", EVERYWHERE)
@pytest.mark.parametrize("word", ["该用户已被删除", "該用戶已被刪除"])
def test_a_deleted_member(face: str, word: str) -> None:
    author = EVERYWHERE[face](f"三水先生 {word}").author
    assert (author.name, author.is_deleted) == ("三水先生", True)


@pytest.mark.parametrize("word", NOBODY)
def test_nobody_in_a_list(word: str) -> None:
    page = read_page(
        str(Listing([Row(4711, author=None)])).replace("匿名", word).encode(),
        url=LIST,
        seen_at=SEEN,
    )
    assert isinstance(page, BoardPage)
    author = page.rows[0].author
    assert author is not None
    assert author.is_anonymous


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (("主题", "主題", "Threads"), "threads"),
        (("帖子", "回帖", "Posts"), "posts"),
        (("积分", "積分", "Credits"), "credits"),
    ],
)
@pytest.mark.parametrize("face", ["desktop", "plain text"])
def test_counters_of_an_author(face: str, names: tuple[str, ...], field: str) -> None:
    for name in names:
        if face == "desktop":
            page = read(desktop().replace(f"</a></p>{names[0]}<", f"</a></p>{name}<"))
        else:
            page = read(PLAIN.replace(f"\n{names[0]}\n", f"\n{name}\n"))
        counts = {"threads": 12, "posts": 345, "credits": 6789}
        assert getattr(page.posts[0].author, field) == counts[field], name


# -- when and where -----------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["发表于", "發表於", "发布于", "發布於", "Posted on"])
def test_posted(word: str) -> None:
    plain = read(PLAIN.replace("发表于 2023-3-14 09:26:53", f"{word} 2023-3-14 09:26:53"))
    assert plain.posts[0].date
    assert plain.posts[0].date.value.isoformat() == "2023-03-14T09:26:53+08:00"
    archived = phones.archived_thread([PhonePost(0, "一")]).replace("发表于", word)
    assert read(archived).posts[0].date
    made = read(str(Thread([first(900, "一", date=f"{word} 2023-3-14 09:26:53")])))
    assert made.posts[0].date
    assert made.posts[0].date.precision == "second"


@pytest.mark.parametrize("word", ["来自", "來自", "IP属地", "IP屬地"])
def test_a_place(word: str) -> None:
    made = read(str(Thread([first(900, "一", authi=f"{word}: 浙江省温州市")])))
    assert made.posts[0].location == "浙江省温州市"
    plain = read(PLAIN.replace("来自: 浙江省温州市 电信", f"{word}: 浙江省温州市 电信"))
    assert plain.posts[0].location == "浙江省温州市 电信"


@pytest.mark.parametrize("words_", [("后", "于", "编辑"), ("後", "於", "編輯")])
def test_an_edit_mark(words_: tuple[str, str, str]) -> None:
    last, on, edited = words_
    mark = f"本帖最{last}由 石桥卖花人 {on} 2023-3-14 11:20 {edited}"
    plain = read(PLAIN.replace("本帖最后由 石桥卖花人 于 2023-3-14 11:20 编辑", mark))
    archived = read(
        phones.archived_thread(
            [PhonePost(0, f" {mark} <br />\n<br />\n第一盏灯亮了。", subject="夜市")]
        )
    )
    for page in (plain, archived):
        assert page.posts[0].body.edited_by == "石桥卖花人"
        assert "编辑" not in page.posts[0].body.text


@pytest.mark.parametrize("word", ["显示全部楼层", "顯示全部樓層"])
def test_a_page_of_one_author(word: str) -> None:
    page = desktop().replace("只看该作者", word)
    assert read(page).is_filtered
    assert not read(desktop()).is_filtered


# -- the thread ---------------------------------------------------------------------------------

CATEGORIES: dict[str, Callable[[], str]] = {
    "desktop": desktop,
    "robots": lambda: str(Thread([first(900, "一")], look=Look(robot=True))),
    "touch": lambda: phones.touch_thread(phone()),
    "touch X3.5": lambda: phones.touch35_thread(phone()),
    "wap": lambda: phones.wap_thread(phone()),
    "wap, types that are no list": lambda: phones.wap_thread(phone()).replace(
        '<a href="forum.php?mod=forumdisplay&amp;fid=8&amp;filter=typeid&amp;typeid=5&amp;mobile=1" >[见闻]</a>',
        "[见闻]",
    ),
    "plain text": lambda: PLAIN.replace("\n旧码头的夜市又开了\n", "\n[见闻] 旧码头的夜市又开了\n"),
    "unknown skin": lambda: renamed(desktop()),
    "unknown skin, for robots": lambda: renamed(
        str(Thread([first(900, "一"), *replies(901, "二")], look=Look(robot=True)))
    ),
}


@pytest.mark.parametrize("face", CATEGORIES)
def test_category(face: str) -> None:
    page = read(CATEGORIES[face]())
    assert (page.category, page.headline) == ("见闻", "旧码头的夜市又开了")


@pytest.mark.parametrize("word", ["下一页", "下一頁", "下页", "Next"])
def test_the_next_page_of_an_unknown_skin(word: str) -> None:
    page = renamed(str(Thread([first(900, "一"), *replies(901, *"二三四五")], pages=2, replies=6)))
    found = read(page.replace("下一页", word))
    assert (found.page, found.pages) == (1, 2)
    assert found.next_url
    assert "page=2" in found.next_url


# -- a word stands once -------------------------------------------------------------------------


def test_names_of_nobody_are_in_small_letters() -> None:
    assert {name.casefold() for name in words.NOBODY} == words.NOBODY
    assert all(words.NOBODY_NAME.fullmatch(name) for name in words.NOBODY)
