"""Writes the pages of `fixtures/`: invented words in Discuz!'s templates.

    python -m tests.make_fixtures            write all pages (expected.json stays as it is)
    python -m tests.make_fixtures --expect   write expected.json too, to be read before it is kept

A fixture's page never changes by itself: a test holds the files to this module.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from crawler.fixtures import META, PAGE, write_fixture
from tests.forum.desktop import HOST, Floor, Look, Thread
from tests.pages import Fixture, first, replies
from tests.pages.left_out import left_out
from tests.pages.lists import lists
from tests.pages.messages import messages
from tests.pages.news import ads, news, robots, versions
from tests.pages.orders import charsets, orders
from tests.pages.skins import skins as other_skins
from tests.pages.special import skins, specials
from tests.pages.subreplies import subreplies
from tests.pages.texts import HIDDEN, JAMMED, LISTS, QUOTES, RELATIVE, SHIELDED

FOLDER = Path(__file__).parent.parent / "fixtures"


def fixtures() -> list[Fixture]:
    """All of them, in the order they are read."""
    whole = str(news())
    return [
        Fixture("thread", "news", whole),
        robots(),
        Fixture("thread", "cut", whole[: whole.index('id="post_902"') + 900]),
        Fixture("thread", "ads_rewritten", str(ads()), url=f"{HOST}thread-4711-1-1.html"),
        Fixture(
            "thread",
            "jammed",
            str(Thread([first(920, JAMMED), *replies(921, LISTS)], title="割芦苇")),
        ),
        Fixture("thread", "hidden", str(Thread(HIDDEN, title="藏起来的话"))),
        Fixture("thread", "shielded", str(Thread(SHIELDED, title="各说各话", replies=8))),
        Fixture(
            "thread",
            "paid",
            str(
                Thread(
                    [
                        first(
                            990,
                            None,
                            locked="""
<a href="javascript:;" class="y viewpay" title="购买主题" onclick="showWindow('pay', 'forum.php?mod=misc&action=pay')">购买主题</a>
<em class="right">
</em>
本主题需向作者支付 <strong>10 贝壳</strong> 才能浏览""",
                        ),
                        *replies(991, "好贵"),
                    ],
                    title="卖故事",
                )
            ),
        ),
        Fixture(
            "thread",
            "password_post",
            str(
                Thread(
                    [
                        first(
                            992,
                            None,
                            locked="""本帖为密码帖 ，请输入密码<input type="text" id="postpw_992" class="vm" />&nbsp;<button class="pn vm" type="button" onclick="submitpostpw(992)"><strong>提交</strong></button>""",
                        ),
                        *replies(993, "芝麻开门"),
                    ],
                    title="暗号",
                )
            ),
        ),
        Fixture("thread", "quotes", str(Thread(QUOTES, title="潮汐表"))),
        Fixture("thread", "dates", str(Thread(RELATIVE, title="时间的样子"))),
        Fixture(
            "thread",
            "dates_no_clock",
            str(Thread(RELATIVE, title="时间的样子", look=Look(clock=""))),
            headers={
                "Content-Type": "text/html; charset=utf-8",
                "Date": "Wed, 15 Mar 2023 12:00:00 GMT",
            },
        ),
        Fixture(
            "thread",
            "dates_day_first",
            str(
                Thread(
                    [
                        first(969, "日在前面。", date="05-03-2023 08:15 AM"),
                        Floor(970, "下午了", date="13-03-2023 01:43:58 PM", label="沙发"),
                    ],
                    title="日月年",
                    look=Look(clock="GMT+5.5, 15-03-2023 05:30 PM"),
                )
            ),
        ),
        *left_out(),
        *subreplies(),
        *skins(),
        *specials(),
        *orders(),
        *charsets(),
        *versions(),
        *messages(),
        *lists(),
        *other_skins(),
    ]


def main(arguments: list[str]) -> None:
    for fixture in fixtures():
        folder = FOLDER / fixture.kind / fixture.name
        folder.mkdir(parents=True, exist_ok=True)
        if "--expect" in arguments:
            write_fixture(folder, fixture.body, fixture.meta)
            continue
        (folder / PAGE).write_bytes(fixture.body)
        text = json.dumps(fixture.meta, ensure_ascii=False, indent=1)
        (folder / META).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
