"""Files that do not come: what is told of them, when they are asked for again, and who healed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Forum, Run
from tests.forum.desktop import message
from tests.forum.town import NO_REVISITS, Town, crawl, thread_path
from tests.pipelines.test_media import (
    ALL,
    GIF,
    NOT_FOR_GUESTS,
    PNG,
    ZIP,
    at,
    attached,
    download,
    elsewhere,
    file,
    img,
    kept,
    made,
    name_of,
    picture,
    read,
    serve,
    the_next_day,
    told,
)

__all__ = ["elsewhere", "made"]
HTML = {"Content-Type": "text/html; charset=utf-8"}
GUARD = b"<html><head><script>document.cookie='k=1';location.reload()</script></head></html>"
PANEL = "<!DOCTYPE html><html><body><h1>服务已到期</h1></body></html>".encode()
NONE_GIF = "/static/image/common/none.gif"
LAMP, PATH = "data/attachment/forum/202303/lamp.png", "/data/attachment/forum/202303/lamp.png"


@pytest.mark.parametrize(
    "answer, reason",
    [
        ((200, HTML, GUARD), "challenge"),
        ((403, HTML, GUARD), "challenge"),
        ((200, {"Content-Type": "image/jpeg"}, PANEL), "not_discuz"),
        (file(b"", "image/png"), "not_discuz"),
        ((302, {"Location": NONE_GIF}, b""), "unknown_notice"),
        ((404, HTML, b"<html><body>404</body></html>"), "not_found"),
        ((404, HTML, message("抱歉，该附件无法读取").encode()), "unknown_notice"),
    ],
)
def test_what_was_no_picture_comes_when_it_is_there(
    made: Town, answer: Any, reason: str, tmp_path: Path
) -> None:
    files = {PATH: answer, NONE_GIF: file(GIF, "image/gif"), at(6): answer}
    serve(made, "灯笼" + picture(5, LAMP) + attached(6), files)
    run = crawl(made.forum, tmp_path, *ALL)
    assert run.status == 0, run.stderr
    assert kept(run) == {}
    line = told(run)
    assert [part["refusal"] for part in line["attachments"]] == [reason, reason]
    assert "2 files were refused and will be asked for again" in run.stderr
    made.forum.pages |= {PATH: file(PNG), at(6): download(ZIP)}
    the_next_day(tmp_path)
    run = crawl(made.forum, tmp_path, *ALL)
    assert run.status == 0, run.stderr
    line = told(run)
    assert [part.get("path") for part in line["attachments"]] == [
        name_of(PNG, "png"),
        name_of(ZIP, "zip"),
    ]
    assert (line["version"], line["images"][0]["path"]) == (2, name_of(PNG, "png"))
    assert "refused" not in run.stderr
    the_next_day(tmp_path)
    crawl(made.forum, tmp_path, *ALL)
    assert not made.forum.asked[PATH]
    assert not made.forum.asked[thread_path(11)], "nothing waits on its page any more"


def test_what_the_forum_denies_waits_for_other_rights(made: Town, tmp_path: Path) -> None:
    serve(made, attached(6) + attached(7), {at(6): message(NOT_FOR_GUESTS), at(7): download(ZIP)})
    run = crawl(made.forum, tmp_path, *ALL)
    assert told(run)["attachments"][0]["refusal"] == "no_permission"
    assert "1 file stays refused" in run.stderr
    made.forum.pages[at(6)] = download(PNG)
    asked = []
    for _ in range(3):
        the_next_day(tmp_path, 2)
        read(made.forum, tmp_path, *ALL)
        crawl(made.forum, tmp_path, "-s", "MEDIA=all")
        asked.append(made.forum.asked[at(6)])
    assert asked == [0, 0, 0]
    run = crawl(made.forum, tmp_path, *ALL, "-a", "full=yes")
    assert made.forum.asked[at(6)] == 1
    assert not made.forum.asked[at(7)], "what is kept is not asked for"
    assert "path" in told(run)["attachments"][0]


def member(folder: Path, word: str) -> tuple[str, str]:
    path = folder / "cookies.txt"
    path.write_text(f"127.0.0.1\tFALSE\t/\tFALSE\t0\tauth\t{word}\n", "utf-8")
    return "-s", f"COOKIES_FILE={path}"


def test_somebody_else_logs_in(made: Town, tmp_path: Path) -> None:
    """What was refused for want of rights is asked for once more, by way of its page."""
    serve(made, "灯笼" + attached(6), {at(6): message(NOT_FOR_GUESTS)})
    for path, page in made.forum.pages.items():
        if isinstance(page, str) and path != at(6):
            made.forum.pages[path] = page.replace("discuz_uid = '0'", "discuz_uid = '7'")
    denied = message(NOT_FOR_GUESTS).replace("discuz_uid = '0'", "discuz_uid = '7'")
    data = tmp_path / "data"

    def asked(*more: str) -> int:
        run = crawl(made.forum, data, *ALL, *more)
        assert run.status == 0, run.stderr
        the_next_day(data)
        return made.forum.asked[at(6)]

    assert [asked(), asked()] == [1, 0]
    made.forum.pages[at(6)] = denied
    assert [asked(*member(tmp_path, "one")), asked(*member(tmp_path, "one"))] == [1, 0]
    assert [asked(), asked()] == [0, 0], "a visitor has fewer rights"
    assert [asked(*member(tmp_path, "two")), asked(*member(tmp_path, "two"))] == [1, 0]
    ledger = next(data.glob("*/ledger.sqlite3"))
    with closing(sqlite3.connect(ledger)) as db:
        (note,) = db.execute("SELECT value FROM note WHERE name = 'login'").fetchone()
    assert "two" not in note
    made.forum.pages[at(6)] = download(ZIP)
    assert asked(*member(tmp_path, "three")) == 1
    assert told(Run(0, "", "", data))["attachments"][0]["path"] == name_of(ZIP, "zip")


def test_a_guard_before_the_pictures_holds_nothing_up(made: Town, tmp_path: Path) -> None:
    """Few are asked for, the pages go on, and the next night all of them are there."""
    files = {f"/{n}.png": (200, HTML, GUARD) for n in range(40)}
    serve(made, "".join(img(f"{n}.png") for n in range(40)), files)
    run = crawl(made.forum, tmp_path, *ALL)
    assert run.status == 0, run.stderr
    assert sum(made.forum.asked[f"/{n}.png"] for n in range(40)) <= 12
    assert {image["refusal"] for image in told(run)["images"]} == {"challenge"}
    assert len({line["thread_id"] for line in run.lines("articles")}) == len(made.talks)
    made.forum.pages |= {f"/{n}.png": file(PNG + bytes([n])) for n in range(40)}
    the_next_day(tmp_path)
    run = crawl(made.forum, tmp_path, *ALL)
    assert all("path" in image for image in told(run)["images"])
    assert len(kept(run)) == 40
    assert "refused" not in run.stderr


def test_a_host_that_is_gone_costs_ever_less(made: Town, elsewhere: Forum, tmp_path: Path) -> None:
    """Even where it shows so many pictures that few of them are ever asked for."""
    elsewhere.pages |= {f"/{n}.png": (503, {}, b"") for n in range(60)}
    serve(made, "".join(img(f"{elsewhere.root}{n}.png") for n in range(60)), {})
    host = elsewhere.root.removeprefix("http://").strip("/")
    nights = []
    for night in range(1, 20):
        elsewhere.asked.clear()
        if night == 10:
            made.reply(13, img(f"{elsewhere.root}new.png"))
            made.publish()
        crawl(made.forum, tmp_path, *ALL, "-s", f"MEDIA_LOCAL_HOSTS={host}")
        asked = sum(elsewhere.asked.values()) - elsewhere.asked["/robots.txt"]
        assert asked <= 12
        if asked or made.forum.asked[thread_path(11)]:
            nights.append(night)
        the_next_day(tmp_path)
    assert len(nights) <= 6, nights
    elsewhere.pages |= {f"/{n}.png": file(PNG + bytes([n])) for n in range(60)}
    the_next_day(tmp_path, 20)
    run = crawl(made.forum, tmp_path, *ALL, "-s", f"MEDIA_LOCAL_HOSTS={host}")
    assert all("path" in image for image in told(run)["images"])


# -- one picture in the place of many ----


def of_each_post(made: Town, root: str) -> list[int]:
    """A picture of its own in each post of some threads."""
    ids = [n for tid in (11, 13, 14, 15) for n in made.talks[tid].posts]
    for tid in (11, 13, 14, 15):
        for number in made.talks[tid].posts:
            made.talks[tid].posts[number] += img(f"{root}{number}.gif")
    made.publish()
    return ids


def paths(run: Run, ids: list[int]) -> dict[int, str | None]:
    last = {}
    for line in run.lines("articles") + run.lines("posts"):
        if int(line["post_id"]) in ids:
            (image,) = line["images"]
            last[int(line["post_id"]), line["version"]] = image.get("path")
    return {number: path for (number, _), path in sorted(last.items())}


@pytest.mark.parametrize("is_led", [False, True])
def test_one_picture_in_the_place_of_many(
    made: Town, elsewhere: Forum, is_led: bool, tmp_path: Path
) -> None:
    ids = of_each_post(made, elsewhere.root)
    wall = file(GIF if not is_led else GIF + b"x" * 90000, "image/gif")
    elsewhere.pages |= {
        f"/{n}.gif": (302, {"Location": "/wall.gif"}, b"") if is_led else wall for n in ids
    }
    elsewhere.pages["/wall.gif"] = wall
    host = ("-s", f"MEDIA_LOCAL_HOSTS={elsewhere.root.removeprefix('http://').strip('/')}")
    run = crawl(made.forum, tmp_path, *ALL, *host)
    assert run.status == 0, run.stderr
    found = paths(run, ids)
    assert sum(path is not None for path in found.values()) == 4, "nothing is proved before"
    elsewhere.pages |= {f"/{n}.gif": file(GIF + str(n).encode(), "image/gif") for n in ids}
    files = set(kept(run))
    the_next_day(tmp_path)
    run = crawl(made.forum, tmp_path, *ALL, *host)
    assert paths(run, ids) == {n: name_of(GIF + str(n).encode(), "gif") for n in ids}
    assert files <= set(kept(run)), "nothing that was kept is deleted"
    the_next_day(tmp_path)
    elsewhere.asked.clear()
    crawl(made.forum, tmp_path, "-s", "MEDIA=all", *host)
    assert not elsewhere.asked


def test_few_pictures_a_night(made: Town, elsewhere: Forum, tmp_path: Path) -> None:
    """What a row proves it proves over several runs as well."""
    host = ("-s", f"MEDIA_LOCAL_HOSTS={elsewhere.root.removeprefix('http://').strip('/')}")
    found = []
    for night in range(6):
        tid = 13 + night % 2
        number = made.reply(tid, img(f"{elsewhere.root}{night}.gif"))
        made.publish()
        elsewhere.pages[f"/{night}.gif"] = file(GIF, "image/gif")
        run = crawl(made.forum, tmp_path, *ALL, *host)
        (image,) = told(run, number)["images"]
        found.append(image.get("refusal"))
        the_next_day(tmp_path)
    assert found == [None, *[None] * 3, "not_discuz", "not_discuz"]


def test_a_smile_that_many_upload(made: Town, elsewhere: Forum, tmp_path: Path) -> None:
    """Among other pictures; or large, each at its own address."""
    host = ("-s", f"MEDIA_LOCAL_HOSTS={elsewhere.root.removeprefix('http://').strip('/')}")
    ids = of_each_post(made, elsewhere.root)
    for place, number in enumerate(ids):
        other = GIF + str(number).encode()
        elsewhere.pages[f"/{number}.gif"] = file(other if place % 3 == 0 else GIF, "image/gif")
    one = ("-s", "CONCURRENT_REQUESTS=1")
    run = crawl(made.forum, tmp_path / "1", *ALL, *host, *one)
    assert None not in paths(run, ids).values()
    large = file(GIF + b"x" * 90000, "image/gif")
    elsewhere.pages |= {f"/{n}.gif": large for n in ids}
    run = crawl(made.forum, tmp_path / "2", *ALL, *host, *one)
    assert None not in paths(run, ids).values()


# -- archives of earlier versions ----


def test_what_an_earlier_version_took_for_a_picture(made: Town, tmp_path: Path) -> None:
    serve(made, "灯笼" + img("lamp.png"), {"/lamp.png": file(PNG)})
    run = crawl(made.forum, tmp_path, *ALL)
    (site,) = tmp_path.iterdir()
    page = name_of(GUARD, "bin")
    (site / page).parent.mkdir(parents=True, exist_ok=True)
    (site / page).write_bytes(GUARD)
    with closing(sqlite3.connect(site / "ledger.sqlite3")) as db:
        db.execute("UPDATE media SET path = ?, sha256 = ?", (page, bytes.fromhex(page[9:73])))
        db.commit()
    run = crawl(made.forum, tmp_path, *ALL, "-a", "full=yes")
    assert made.forum.asked["/lamp.png"] == 1
    assert told(run)["images"][0]["path"] == name_of(PNG, "png")
    assert kept(run)[page] == GUARD


def test_a_crawl_without_files_says_nothing_of_them(made: Town, tmp_path: Path) -> None:
    serve(made, "灯笼" + img("lamp.png"), {"/lamp.png": (200, HTML, GUARD)})
    crawl(made.forum, tmp_path, *ALL)
    assert "refused" not in crawl(made.forum, tmp_path, *NO_REVISITS).stderr
