"""Crawls of saved pages: folders of them, captures of several moments, pages without a mark."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import Run, scrapy
from tests.forum import copies
from tests.forum.desktop import HOST, Floor, Thread
from tests.forum.lists import forum_index
from tests.forum.skins import skin
from tests.pages import first, replies

URL = f"{HOST}forum.php?mod=viewthread&tid=4711"
MOMENTS = [datetime(2023, 3, day, 10, tzinfo=UTC) for day in (14, 15, 16)]


def crawl(data: Path, *arguments: str) -> Run:
    asked = [part for argument in arguments for part in ("-a", argument)]
    return scrapy("crawl", "discuz", *asked, data=data)


def thread(said: str, *answers: str, replies_: int | None = None) -> str:
    floors: list[Floor] = [first(900, said), *replies(901, *answers)]
    return str(Thread(floors, replies=len(answers) if replies_ is None else replies_))


def captures(folder: Path, names: list[str]) -> None:
    """One thread at three moments: edited, then a reply is gone and another one there."""
    folder.mkdir()
    pages = [
        thread("旧话", "第二", "第三"),
        thread("新话", "第二", "第三"),
        str(Thread([first(900, "新话"), *replies(901, "第二"), *replies(903, "第四")], replies=2)),
    ]
    for name, page, at in zip(names, pages, MOMENTS, strict=True):
        copy, _ = copies.wayback_saved(page, URL, at)
        (folder / f"{name}.html").write_text(copy, "utf-8")


def present(run: Run) -> dict[str, tuple[int, str]]:
    return {
        line["post_id"]: (line["version"], line["text"])
        for line in (*run.lines("articles"), *run.lines("posts"))
        if not line.get("is_deleted")
    }


@pytest.mark.parametrize("names", [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"]])
def test_captures_are_versions_in_the_order_of_their_moments(
    names: list[str], tmp_path: Path
) -> None:
    captures(tmp_path / "pages", names)
    run = crawl(tmp_path / "data", f"url={(tmp_path / 'pages').as_uri()}")
    assert run.status == 0, run.stderr
    wanted = {"900": (2, "新话"), "901": (1, "第二"), "902": (1, "第三"), "903": (1, "第四")}
    assert present(run) == wanted
    again = crawl(tmp_path / "data", f"url={(tmp_path / 'pages').as_uri()}")
    assert (again.status, present(again)) == (0, wanted)
    assert "nothing new" in again.stdout + again.stderr


def test_an_older_capture_adds_what_nobody_knew_and_changes_nothing(tmp_path: Path) -> None:
    captures(tmp_path / "pages", ["a", "b", "c"])
    for name in "cab":
        run = crawl(tmp_path / "data", f"url={tmp_path / 'pages' / name}.html")
        assert run.status == 0, run.stderr
    texts = {post: text for post, (_, text) in present(run).items()}
    assert texts == {"900": "新话", "901": "第二", "902": "第三", "903": "第四"}
    versions = [line["version"] for line in run.lines("articles")]
    assert versions == [1]


def test_pages_without_a_mark_are_of_the_forum_that_is_named(tmp_path: Path) -> None:
    # names as wget writes them
    page = tmp_path / "forum.php?mod=viewthread&tid=4711#1"
    source = thread("灯亮了", "好").replace(HOST, "")
    page.write_text(source, "utf-8")
    run = crawl(tmp_path / "data", f"url={page}", "saved_from=https://bbs.example.org/")
    assert run.status == 0, run.stderr
    (line,) = run.lines("articles")
    assert line["item_id"] == "bbs.example.org:4711:900"
    assert line["url"] == "https://bbs.example.org/forum.php?mod=viewthread&tid=4711"


def test_a_folder_has_pages_lists_and_what_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "文件夹"
    beside = folder / "旧码头_files"
    beside.mkdir(parents=True)
    (folder / "旧码头.html").write_text(thread("灯亮了", "好"), "utf-8")
    (folder / "首页.htm").write_text(forum_index([]), "utf-8")
    (folder / "notes.txt").write_text("no page", "utf-8")
    (folder / ".hidden.html").write_text("<html>", "utf-8")
    (beside / "frame.html").write_text("<html>", "utf-8")
    run = crawl(tmp_path / "data", f"url={folder}")
    assert run.status == 0, run.stderr
    assert len(run.lines("articles")) == 1
    assert run.lines("refusals") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["url={}/none"], "not an address"),
        (["url={}"], "no saved page in it"),
        (["urls_file={}/empty"], "no address in it"),
        (["url={}/empty", "saved_from=bbs.example.org"], "say an address"),
    ],
)
def test_mistakes(arguments: list[str], said: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    run = crawl(tmp_path / "data", *(each.format(tmp_path) for each in arguments))
    assert run.status == 2
    assert said in run.stderr


def test_what_the_forum_is_changes_nothing_in_how_pages_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "skin.html").write_text(skin(7).page.replace(HOST, ""), "utf-8")
    (folder / "list.html").write_text(forum_index([(8, "河湾闲话")]).replace(HOST, ""), "utf-8")
    (folder / "x.mhtml").write_text("From: <Saved by Blink>\n<html>", "utf-8")
    run = crawl(tmp_path / "data", f"url={folder}", "saved_from=https://bbs.example.org/")
    (line,) = run.lines("articles")
    assert (line["skin"], line["site"]) == ("inferred", "bbs.example.org")
    (refused,) = run.lines("refusals")
    assert "MHTML" in refused["message_raw"]
    assert "1 saved list passed over" in run.stdout + run.stderr
