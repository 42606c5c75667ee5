"""`text_html` tells no more of people than the other fields of its line."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.discuz.post import read_html, render_text
from crawler.items import Post, to_json
from crawler.privacy import Privacy
from crawler.privacy.removal_list import Removals

MEMBER = "http://b.example/home.php?mod=space&amp;uid=21"
LISTED = Privacy(removals=Removals(authors=frozenset({"21"}), names=frozenset({"柳岸闻莺"})))
DROPPED = Privacy(authors="drop")
PSEUDONYMS = Privacy(authors="pseudonym", salt=b"x")


def redacted(html: str, privacy: Privacy, **more: Any) -> str | None:
    line = Post(
        item_id="b.example:7:9",
        site="b.example",
        url="http://b.example/",  # type: ignore[arg-type]
        fetched_at="2024-05-06T08:20:00+08:00",  # type: ignore[arg-type]
        author={"name": "石桥卖花人", "id": "7"},
        text="话",
        text_html=html,
        quotes=[{"text": "话", "author": "柳岸闻莺", "post_id": "5"}],
        **more,
    )
    return privacy.redacted(to_json(line)).get("text_html")


QUOTED = '<blockquote data-post="5"><footer><cite>柳岸闻莺</cite></footer><p>话</p></blockquote><p>答</p>'
DATED = (
    '<footer><time datetime="2024-05-06T08:20:00+08:00" data-precision="minute">{}</time></footer>'
)
RAW = '<blockquote data-post="5"><footer><span>柳岸闻莺 曾说</span></footer><p>话</p></blockquote>'


@pytest.mark.parametrize(
    ("html", "privacy", "left"),
    [
        ("<p>柳岸闻莺说得好</p>", LISTED, "<p>[…]说得好</p>"),
        # in two styles, in code, in a cell, an item, a notice, the name of a picture or file
        ("<p>柳岸<strong>闻莺</strong>说得好</p>", LISTED, "<p>[…]说得好</p>"),
        ("<pre><code>柳岸闻莺</code></pre>", LISTED, "<pre><code>[…]</code></pre>"),
        (
            "<table><tr><td>柳岸闻莺</td></tr></table>",
            LISTED,
            "<table><tr><td>[…]</td></tr></table>",
        ),
        ("<ul><li>柳岸闻莺</li></ul>", LISTED, "<ul><li>[…]</li></ul>"),
        ("<h2>柳岸闻莺</h2>", LISTED, "<h2>[…]</h2>"),
        ('<p class="withheld">柳岸闻莺</p>', LISTED, '<p class="withheld">[…]</p>'),
        (
            '<figure><img src="http://p.example/a" alt="柳岸闻莺"></figure>',
            LISTED,
            '<figure><img src="http://p.example/a" alt="[…]"></figure>',
        ),
        (
            '<p><a class="file" href="http://b.example/f">柳岸闻莺</a></p>',
            LISTED,
            '<p><a class="file" href="http://b.example/f">[…]</a></p>',
        ),
        # what leads to a member
        (f'<p>问 <a href="{MEMBER}">他</a></p>', LISTED, "<p>问 他</p>"),
        (f'<p>问 <a href="{MEMBER}">他</a></p>', DROPPED, "<p>问 他</p>"),
        (
            '<p><a href="http://x.example/">网</a></p>',
            LISTED,
            '<p><a href="http://x.example/">网</a></p>',
        ),
        (
            '<figure><img src="http://b.example/uc_server/avatar.php?uid=21" alt=""></figure>',
            DROPPED,
            None,
        ),
        # a file without a name; a link round a picture
        (
            '<p><a class="file" href="http://b.example/f">http://b.example/f</a></p>',
            LISTED,
            '<p><a class="file" href="http://b.example/f">http://b.example/f</a></p>',
        ),
        (
            f'<figure><a href="{MEMBER}"><img src="http://p.example/a" alt=""></a></figure>',
            LISTED,
            '<figure><img src="http://p.example/a" alt=""></figure>',
        ),
        (
            '<figure><a href="http://x.example/"><img src="http://p.example/a" alt=""></a></figure>',
            LISTED,
            '<figure><a href="http://x.example/"><img src="http://p.example/a" alt=""></a></figure>',
        ),
        # quotations
        (QUOTED, LISTED, "<p>答</p>"),
        (
            QUOTED,
            DROPPED,
            '<blockquote data-post="5"><footer></footer><p>话</p></blockquote><p>答</p>',
        ),
        (RAW, DROPPED, '<blockquote data-post="5"><footer></footer><p>话</p></blockquote>'),
        (
            RAW,
            Privacy(removals=Removals(names=frozenset({"柳岸闻莺"}))),
            '<blockquote data-post="5"><footer><span>[…] 曾说</span></footer><p>话</p></blockquote>',
        ),
        # a smiley is whatever its page calls one
        (
            '<p><img class="smiley" alt="柳岸闻莺" src="http://b.example/s.gif"></p>',
            LISTED,
            '<p><img class="smiley" alt="[…]" src="http://b.example/s.gif"></p>',
        ),
        (
            '<p><img class="smiley" alt=":)" src="http://b.example/uc_server/avatar.php?uid=21"></p>',
            DROPPED,
            '<p><img class="smiley" alt=":)"></p>',
        ),
        (
            '<pre><code class="language-lilac">x</code></pre>',
            Privacy(removals=Removals(names=frozenset({"lilac"}))),
            "<pre><code>x</code></pre>",
        ),
        # words behind the date
        (
            f'<blockquote data-post="">{DATED.format("2024-5-6 08:20 渔家傲")}<p>话</p></blockquote>',
            DROPPED,
            f'<blockquote data-post="">{DATED.format("2024-05-06 08:20")}<p>话</p></blockquote>',
        ),
        # the same as it was
        ("<p>一<br>二</p><hr>", LISTED, "<p>一<br>二</p><hr>"),
    ],
)
def test_redacted_html(html: str, privacy: Privacy, left: str | None) -> None:
    assert redacted(html, privacy) == left


def test_pseudonyms_are_those_of_the_text() -> None:
    html = redacted("<p>柳岸闻莺说得好</p>" + QUOTED, PSEUDONYMS) or ""
    name = PSEUDONYMS.alias("柳岸闻莺") or ""
    assert "柳岸闻莺" not in html
    assert f"<cite>{name}</cite>" in html
    assert render_text(read_html(html)).startswith(f"{name}说得好")
    # twice is as good as once
    assert redacted(html, PSEUDONYMS) == html
