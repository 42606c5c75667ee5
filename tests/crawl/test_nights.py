"""A forum through some nights: what is new, and what that costs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Forum, Run, served_forum
from tests.forum.town import (
    INDEX,
    NO_REVISITS,
    Town,
    all_lines,
    board_path,
    crawl,
    present,
    town,
    wanted,
)


@dataclass
class Nights:
    """A forum through some nights: what each run left, and what it had asked for."""

    town: Town
    runs: list[Run]
    asked: list[dict[str, int]]
    lines: list[int]

    def night(self, *arguments: str) -> Run:
        data = self.runs[0].data if self.runs else self.town.forum.data
        run = crawl(self.town.forum, data, *arguments)
        self.runs.append(run)
        self.asked.append(dict(self.town.forum.asked))
        self.lines.append(sum(1 for _ in all_lines(run)))
        return run


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """Three nights: the first, one with nothing new, one after many changes."""
    with served_forum() as forum:
        forum.data = tmp_path_factory.mktemp("nights")
        made = Nights(town(forum), [], [], [])
        made.night()
        made.night(*NO_REVISITS)
        change(made.town)
        made.night(*NO_REVISITS)
        yield made


def change(town: Town) -> None:
    town.add(41, 3, 11)
    town.reply(12, "长帖又长了")
    town.reply(21, "旧帖顶上来")
    town.talks[21].title = "改名"
    del town.talks[12].posts[120009]
    del town.talks[22].posts[220012]  # the last of its page 2, which is gone with it
    town.reply(22, "补一楼")
    town.talks[19].closed = True
    town.remove(18)
    moved = town.talks[17]
    moved.fid, moved.moved_from = 3, 2
    town.publish()


# -- the first night ------------------------------------------------------------------------------


def test_every_thread_that_a_visitor_sees_is_there_once(nights: Nights) -> None:
    assert nights.runs[0].status == 0, nights.runs[0].stderr
    first = {line["item_id"]: line for line in all_lines(nights.runs[0]) if line["version"] == 1}
    articles = [line for line in first.values() if line["item_type"] == "article"]
    assert len(articles) == len({line["thread_id"] for line in articles}) == 15  # and one later
    refused = [line for line in first.values() if line["item_type"] == "refusal"]
    assert sorted((line["reason"], line["board_id"]) for line in refused) == [
        ("off_site", "6"),
        ("password", "5"),
    ]


def test_each_page_is_asked_for_once(nights: Nights) -> None:
    first = nights.asked[0]
    # a board that is a link, and is asked for once more before that is believed
    link = board_path(6)
    assert {path: times for path, times in first.items() if times > 1} == {link: 2}
    assert "/robots.txt" in first
    lists = [path for path in first if "forumdisplay" in path]
    assert len(lists) == 3 + 1 + 1 + 3  # of boards 2, 3, 4, and one each of 5, 6, 7
    threads = [path for path in first if "viewthread" in path]
    assert len(threads) == 14 + 3 + 1  # one each, the long one has four, one has two


def test_the_first_run_is_recorded(nights: Nights) -> None:
    path = min(nights.runs[0].data.glob("*/runs/*.json"))
    said = json.loads(path.read_text("utf-8"))
    assert said["status"] == 0
    assert said["new"]["article"] == 14
    assert (said["lists_read"], said["threads_read"]) == (6, 14)
    assert said["refused"] == {"password": 1, "off_site": 1}
    assert said["requests"]["200"] > 20
    assert {segment["name"] for segment in said["segments"]} == {
        f"{kind}-00001.jsonl" for kind in ("articles", "posts", "coverage", "refusals")
    }
    assert said["asked"]["addresses"] == [nights.town.forum.root]


# -- the second -----------------------------------------------------------------------------------


def test_nothing_new_costs_a_request_a_board(nights: Nights) -> None:
    assert nights.lines[1] == nights.lines[0]
    assert nights.runs[1].status == 0
    assert sorted(nights.asked[1]) == sorted(
        ["/robots.txt", INDEX, *(board_path(fid) for fid in (2, 3, 4, 6, 7))]
    )
    assert " listed on 4 pages, " in nights.runs[1].stderr


# -- the third ------------------------------------------------------------------------------------


def test_what_changed_is_told_and_nothing_else(nights: Nights) -> None:
    run = nights.runs[2]
    assert run.status == 0, run.stderr
    assert present(run) == wanted(nights.town)
    changed = {line.get("thread_id") for line in all_lines(run) if line["version"] > 1}
    assert changed == {"12", "17", "18", "19", "21", "22", None}


def test_a_board_tells_how_complete_it_is(nights: Nights) -> None:
    boards = {line["item_id"]: line for line in nights.runs[2].lines("coverage")}
    told = {
        line["board_id"]: (line["status"], line["threads_listed"], line["threads_read"])
        for line in boards.values()
        if "board_id" in line
    }
    of_board = {
        str(fid): sum(fid in (talk.fid, talk.moved_from) for talk in nights.town.talks.values())
        for fid in (2, 3, 4, 7)
    }
    assert {fid: told[fid][1:] for fid in told} == {fid: (n, n) for fid, n in of_board.items()}


def test_unchanged_threads_cost_nothing(nights: Nights) -> None:
    threads = {
        path.partition("tid=")[2].partition("&")[0] for path in nights.asked[2] if "tid" in path
    }
    assert threads == {"12", "17", "18", "19", "21", "22", "41"}


def test_a_renamed_a_closed_and_a_moved_thread_are_new_versions(nights: Nights) -> None:
    last = {line["thread_id"]: line for line in nights.runs[2].lines("articles")}
    assert (last["21"]["headline"], last["21"]["version"]) == ("改名", 2)
    assert (last["17"]["board"]["id"], last["17"]["version"]) == ("3", 2)
    assert (last["19"]["flags"], last["19"]["version"]) == (["closed"], 2)


def test_a_thread_that_is_gone_is_told_post_by_post(nights: Nights) -> None:
    lines = nights.runs[2].lines("articles") + nights.runs[2].lines("posts")
    gone = [line for line in lines if line["thread_id"] == "18" and line.get("is_deleted")]
    assert [(line["item_type"], line["post_id"]) for line in gone] == [
        ("article", "180001"),
        ("post", "180002"),
        ("post", "180003"),
    ]
    assert "text" not in gone[0]
    assert nights.runs[2].lines("refusals") == nights.runs[0].lines("refusals")


def test_an_address_that_was_mistyped_once_does_not_fail_the_nights_after_it(
    forum: Forum, tmp_path: Path
) -> None:
    town(forum)
    wrong = crawl(forum, tmp_path, "-a", f"url={forum.root}nowhere.html")
    assert wrong.status == 3
    assert "nowhere.html (not_discuz" in wrong.stderr.splitlines()[-1]
    assert crawl(forum, tmp_path).status == 0


def test_the_example_is_one_of_tonight(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    old = crawl(forum, tmp_path, path="forum.php?mod=forumdisplay&fid=777")
    assert "fid=777 (" in old.stderr.splitlines()[-1]
    last = crawl(forum, tmp_path, path="nowhere.html").stderr.splitlines()[-1]
    assert "nowhere.html (not_discuz" in last
    assert "(and 1 more)" in last
