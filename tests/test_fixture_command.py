"""`scrapy fixture`: a page becomes a fixture, without what must not go into one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.fixtures import expected_of, read_body
from crawler.scrub import invent, scrub
from tests.conftest import ROOT, Forum, scrapy
from tests.make_fixtures import FOLDER
from tests.pages import first, replies
from tests.templates import Thread

SECRETS = """<input type="hidden" name="formhash" value="1a2b3c4d" />
<a href="member.php?mod=logging&amp;action=logout&amp;formhash=1a2b3c4d&sid=AbC12d">退出</a>
<script>var discuz_uid = '4242', cookiepre = 'Zx9k_2132_';</script> 来自 203.0.113.77:1234
<a href="forum.php?mod=attachment&amp;aid=NXw1YjEwZmNjOHwxNzk1MzQ1NzQzfDB8MjE%3D">x</a> me@mail.example.com"""


def test_secrets_are_taken_out() -> None:
    scrubbed = scrub(SECRETS)
    for secret in (
        "1a2b3c4d",
        "AbC12d",
        "4242",
        "Zx9k",
        "203.0.113.77",
        "NXw1Yj",
        "mail.example.com",
    ):
        assert secret not in scrubbed, secret
    assert "退出" in scrubbed
    assert len(scrubbed.split("<")) == len(SECRETS.split("<"))
    assert scrub(scrubbed) == scrubbed


@pytest.mark.parametrize(
    "name", ["thread/news", "thread/quotes", "thread/touch", "board/touch", "thread/gbk"]
)
def test_invented_words_read_as_the_old_ones(name: str) -> None:
    folder = FOLDER / name
    if not folder.is_dir():
        pytest.skip(f"no {name}")
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    body = (folder / "page.html").read_bytes()
    page = read_body(body, meta)
    codec = "gb18030" if name.endswith("gbk") else "utf-8"
    other = invent(body.decode(codec), page)
    before = expected_of(page, meta)
    after = expected_of(read_body(other.encode(codec), meta), meta)
    assert after["kind"] == before["kind"]
    assert len(after["lines"]) == len(before["lines"])
    for old, new in zip(before["lines"], after["lines"], strict=True):
        assert sorted(old) == sorted(new)
        for same in ("post_id", "position", "date_published", "access"):
            assert old.get(same) == new.get(same), same
        assert len(old.get("text", "")) == len(new.get("text", ""))
        if len(old.get("text", "")) > 3:
            assert old["text"] != new["text"]
        assert old["author"]["name"] != new["author"]["name"] or old["author"].get("is_anonymous")


def test_no_name_is_left_in_a_script_of_the_page() -> None:
    source = str(Thread([first(1, "第一盏灯亮了。")]))
    button = "<a onclick=\"addFavorite(this.href, '河湾闲话');showWindow('reply')\">收藏本站</a>"
    source = source.replace('<div id="wp"', f'{button}<div id="wp"')
    page = read_body(source.encode(), {"url": "", "seen_at": "2023-03-15T12:00:00+00:00"})
    invented = invent(source, page)
    assert "河湾闲话" not in invented
    assert "showWindow('reply')" in invented


def test_a_page_becomes_a_fixture(forum: Forum, tmp_path: Path) -> None:
    forum.pages["/forum.php?mod=viewthread&tid=4711"] = str(
        Thread([first(1, "第一盏灯亮了。"), *replies(2, "坐等周末。")])
    )
    address = f"{forum.root}forum.php?mod=viewthread&tid=4711"
    folder = ("--folder", str(tmp_path / "kept"))
    run = scrapy("fixture", *folder, "--invent", address, "lamps", data=tmp_path)
    assert run.status == 0, run.stderr
    place = tmp_path / "kept" / "thread" / "lamps"
    assert {path.name for path in place.iterdir()} == {"page.html", "meta.json", "expected.json"}
    expected = json.loads((place / "expected.json").read_text("utf-8"))
    assert len(expected["lines"]) == 2
    assert "石桥卖花人" not in (place / "page.html").read_text("utf-8")
    assert (
        scrapy("fixture", *folder, "--verify", data=tmp_path).stdout
        == "1 fixtures, 0 not as expected\n"
    )
    # and when reading changes, it says what
    expected["lines"][0]["views"] = 7
    (place / "expected.json").write_text(json.dumps(expected), "utf-8")
    run = scrapy("fixture", *folder, "--verify", data=tmp_path)
    assert run.status == 3
    assert "thread/lamps: lines.0.views: 7 → 1024" in run.stdout
    assert "lines.0.views: 7 → 1024" in scrapy("fixture", *folder, "--update", data=tmp_path).stdout
    assert scrapy("fixture", *folder, "--verify", data=tmp_path).status == 0


def test_a_saved_page_keeps_when_and_where_it_was_seen(tmp_path: Path) -> None:
    source = FOLDER / "thread" / "dates" / "page.html"
    run = scrapy("fixture", "--folder", str(tmp_path), str(source), "again", data=tmp_path)
    assert run.status == 0, run.stderr
    kept, known = (
        json.loads((place / "meta.json").read_text("utf-8"))
        for place in (tmp_path / "thread" / "again", source.parent)
    )
    assert kept == known


def test_the_fixtures_of_the_project_hold(tmp_path: Path) -> None:
    run = scrapy("fixture", "--folder", str(ROOT / "fixtures"), "--verify", data=tmp_path)
    assert run.status == 0, run.stdout[:2000]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say a page and the name"),
        (("nowhere.html", "x"), "no such file: nowhere.html"),
        (("pyproject.toml", "../x"), "a name without folders"),
        (("--update", "nothing-of-this-name"), "no such fixture: nothing-of-this-name"),
        (("--verify", "x"), "--verify stands alone"),
        (("--folder", "/nowhere", "--verify"), "no fixtures in /nowhere"),
        (("--nonsense", "a", "b"), "unknown option"),
    ],
)
def test_wrong_use_is_refused_in_one_line(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    run = scrapy("fixture", *arguments, data=tmp_path)
    assert run.status == 2
    assert said in run.stderr
    assert len(run.stderr.splitlines()) == 1
