"""Videos and sounds, in scripts, players and tags that were left as they were written."""

from __future__ import annotations

import pytest

from crawler.discuz.blocks import Media, Text
from crawler.discuz.post.media import addresses_in_script, without_tagged_media
from tests.forum.cells import ON_PHONES, body_of, content_of


@pytest.mark.parametrize(
    ("code", "addresses"),
    [
        (
            "AC_FL_RunContent('width', '500', 'src', 'http://v.example/x.swf')",
            ["http://v.example/x.swf"],
        ),
        ("AC_FL_RunContent('src', encodeURI('http://v.example/x y'))", ["http://v.example/x y"]),
        (
            "AC_FL_RunContent('src', 'static/player.swf?soundFile=http%3A%2F%2Fm.example%2Fa.mp3')",
            ["http://m.example/a.mp3"],
        ),
        (
            'detectPlayer("mp4_vY6", "mp4", "https://v.example/x.mp4", "500", "375")',
            ["https://v.example/x.mp4"],
        ),
        ("var src = 'http://v.example/x.swf';", []),
        ("", []),
    ],
)
def test_scripts(code: str, addresses: list[str]) -> None:
    assert addresses_in_script(code) == addresses


@pytest.mark.parametrize(
    ("words", "left", "addresses"),
    [
        (
            "看[media=swf,500,375]http://v.example/v.swf[/media]完",
            "看完",
            ["http://v.example/v.swf"],
        ),
        (
            "[audio]http://a.example/1[/audio][flash]http://a.example/2[/flash]",
            "",
            ["http://a.example/1", "http://a.example/2"],
        ),
        ("[media]javascript:x[/media]", "[media]javascript:x[/media]", []),
        ("[media]http://a.example/[/audio]", "[media]http://a.example/[/audio]", []),
        ("[b]粗[/b]", "[b]粗[/b]", []),
    ],
)
def test_tags(words: str, left: str, addresses: list[str]) -> None:
    assert without_tagged_media(words) == (left, addresses)


def test_only_templates_for_phones_leave_tags() -> None:
    markup = "<b>看</b>[media]http://v.example/v.swf[/media]"
    assert body_of(markup, ON_PHONES).media == ("http://v.example/v.swf",)
    assert body_of(markup).text == "看[media]http://v.example/v.swf[/media]"


@pytest.mark.parametrize(
    "markup",
    [
        '<iframe src="http://v.example/x"></iframe>',
        '<embed src="http://v.example/x" />',
        '<object data="http://v.example/x"></object>',
        '<video src="http://v.example/x"></video>',
        '<audio><source src="http://v.example/x" /></audio>',
        '<div class="media"><a href="http://v.example/x">请点击此处</a></div>',
        """<script>detectPlayer('a', 'b', 'http://v.example/x')</script>""",
        '<ignore_js_op><video src="http://v.example/x"></video></ignore_js_op>',
    ],
)
def test_players(markup: str) -> None:
    body = body_of(f"前{markup}后")
    assert body.media == ("http://v.example/x",)
    assert body.text == "前后"
    assert content_of(body) == (Text("前"), Media("http://v.example/x"), Text("后"))
