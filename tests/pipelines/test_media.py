"""Pictures and files of posts: what is fetched, kept, told, and what hostile ones come to."""

from __future__ import annotations

import base64
import hashlib
import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FAST, ROOT, Forum, Run, scrapy, served_forum
from tests.forum.desktop import message
from tests.forum.town import NO_REVISITS, Town, crawl, thread_path, town

PNG = b"\x89PNG\r\n\x1a\n" + b"lantern" * 9
GIF = b"GIF89a" + b"\0" * 20
ZIP = b"PK\x03\x04" + b"map" * 9
NOT_FOR_GUESTS = "抱歉，您所在的用户组无法下载或查看附件"
ALL = ("-s", "MEDIA=all", *NO_REVISITS)


def picture(number: int, path: str) -> str:
    """An uploaded picture, as X3 sends it: a place holder, and where the picture is."""
    return (
        f'<ignore_js_op><img id="aimg_{number}" aid="{number}" src="static/image/common/none.gif" '
        f'zoomfile="{path}" file="{path}.thumb.jpg" class="zoom" inpost="1" />'
        f'<div class="tip aimg_tip" id="aimg_{number}_menu"><div class="tip_c"><p><strong>灯笼.png'
        f'</strong> <em class="xg1">(7.26 KB, 下载次数: 11)</em></p><p><a href="{signed(number)}'
        '&amp;nothumb=yes" target="_blank">下载附件</a></p></div></div></ignore_js_op>'
    )


def attached(number: int, name: str = "地图.zip", hour: int = 1) -> str:
    return (
        f'<ignore_js_op><span id="attach_{number}"><a href="{signed(number, hour)}" id="aid{number}">'
        f"{name}</a> <em>(212 Bytes, 下载次数: 3)</em></span></ignore_js_op>"
    )


def signed(number: int, hour: int = 1) -> str:
    plain = f"{number}|5b10fcc8|{1795345743 + 3600 * hour}|0|21".encode()
    return (
        f"forum.php?mod=attachment&amp;aid={base64.b64encode(plain).decode().replace('=', '%3D')}"
    )


def at(number: int, hour: int = 1) -> str:
    return "/" + signed(number, hour).replace("&amp;", "&")


def img(url: str) -> str:
    return f'<img src="{url}" border="0" alt="" />'


def file(data: bytes, kind: str = "image/png") -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": kind}, data


def download(data: bytes) -> tuple[int, dict[str, str], bytes]:
    return (
        200,
        {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment"},
        data,
    )


@pytest.fixture
def made(forum: Forum) -> Town:
    return town(forum)


def post(made: Town, number: int, text: str) -> None:
    """What the first reply of thread 11 says."""
    made.talks[11].posts[number] = text


def publish(made: Town, **pages: Any) -> None:
    kept = {path: page for path, page in made.forum.pages.items() if "viewthread" not in path}
    made.publish()
    files = {path: page for path, page in kept.items() if path not in made.forum.pages}
    made.forum.pages |= files
    made.forum.pages |= {f"/{path}": page for path, page in pages.items()}


def serve(made: Town, text: str, files: dict[str, Any], number: int = 110002) -> None:
    post(made, number, text)
    made.publish()
    made.forum.pages |= files


def told(run: Run, number: int = 110002) -> dict[str, Any]:
    return [line for line in run.lines("posts") if line["post_id"] == str(number)][-1]


def kept(run: Run) -> dict[str, bytes]:
    (site,) = run.data.iterdir()
    return {
        str(path.relative_to(site)): path.read_bytes()
        for path in (site / "media").rglob("*")
        if path.is_file()
    }


def name_of(data: bytes, ending: str) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return f"media/{digest[:2]}/{digest}.{ending}"


def the_next_day(data: Path, days: int = 1) -> None:
    """All that a ledger knows happened so many days earlier."""
    with closing(sqlite3.connect(next(data.glob("*/ledger.sqlite3")))) as db:
        ago = 86400 * days
        db.execute(
            "UPDATE page SET checked = checked - ? * sign(checked), due = due - ?", (ago, ago)
        )
        db.execute(
            "UPDATE media SET counted = counted - ?1, due = due - ?1, asked = asked - ?1", (ago,)
        )
        db.commit()


def read(forum: Forum, data: Path, *more: str) -> Run:
    return crawl(forum, data, *more, path=thread_path(11))


# -- crawls ----


def test_a_picture_and_a_file(made: Town, tmp_path: Path) -> None:
    text = "灯笼" + picture(5, "data/attachment/forum/202303/lamp.png") + attached(6)
    files = {"/data/attachment/forum/202303/lamp.png": file(PNG), at(6): download(ZIP)}
    serve(made, text, files)
    run = read(made.forum, tmp_path, *ALL)
    assert run.status == 0, run.stderr
    line = told(run)
    lamp, plan = name_of(PNG, "png"), name_of(ZIP, "zip")
    assert kept(run) == {lamp: PNG, plan: ZIP}
    (image,) = line["images"]
    assert (image["path"], image["sha256"]) == (lamp, hashlib.sha256(PNG).hexdigest())
    assert f'<img src="{lamp}" data-url="{image["url"]}"' in line["text_html"]
    assert f'href="{plan}" data-url=' in line["text_html"]
    by_id = {each["id"]: each.get("path") for each in line["attachments"]}
    assert by_id == {"5": lamp, "6": plan}, "the picture is an attachment as well"
    assert "2 files" in run.stderr
    record = json.loads(next(tmp_path.glob("*/runs/*.json")).read_text("utf-8"))
    assert record["media"] == {"stored": 2, "bytes": len(PNG) + len(ZIP), "refused": {}}
    # and never again, under whatever signature
    serve(made, text.replace(signed(6), signed(6, 9)) + "改", files)
    run = read(made.forum, tmp_path, *ALL)
    assert told(run)["version"] == 2
    assert told(run)["attachments"][1]["path"] == plan
    assert not [path for path in made.forum.asked if "attach" in path]


def test_nothing_is_fetched_unless_it_is_wished(made: Town, tmp_path: Path) -> None:
    serve(made, picture(5, "data/attachment/forum/lamp.png") + attached(6), {})
    run = read(made.forum, tmp_path)
    assert "path" not in told(run)["images"][0]
    assert not [path for path in made.forum.asked if "attach" in path]
    run = read(made.forum, tmp_path, "-s", "MEDIA=pictures")
    assert (run.status, "MEDIA=pictures: say none, images" in run.stderr) == (2, True)


def test_one_picture_uploaded_and_linked_to(made: Town, tmp_path: Path) -> None:
    path = "data/attachment/forum/5.png"
    serve(made, picture(5, path) + img(path) + img(f"{path}#x"), {f"/{path}": file(PNG)})
    run = read(made.forum, tmp_path, *ALL)
    assert {image["path"] for image in told(run)["images"]} == {name_of(PNG, "png")}


def test_the_same_content_is_one_file(made: Town, tmp_path: Path) -> None:
    files = {f"/data/attachment/forum/{n}.png": file(PNG) for n in (5, 7)}
    serve(made, "".join(picture(n, f"data/attachment/forum/{n}.png") for n in (5, 7)), files)
    run = read(made.forum, tmp_path, *ALL)
    assert list(kept(run)) == [name_of(PNG, "png")]
    assert len({image["path"] for image in told(run)["images"]}) == 1


def test_lines_of_a_page_stay_in_order(made: Town, tmp_path: Path) -> None:
    """Although those without pictures are done sooner."""
    serve(made, img("lamp.png"), {"/lamp.png": file(PNG)})
    run = read(made.forum, tmp_path, *ALL)
    assert [line["post_id"] for line in run.lines("posts")] == ["110002", "110003"]


@pytest.mark.parametrize(
    "answer, reason",
    [
        ((404, {}, b"gone"), "not_found"),
        ((403, {}, b"no"), "blocked"),
        (message(NOT_FOR_GUESTS), "no_permission"),
        (file(b"<html><body>image removed</body></html>", "text/html"), "not_discuz"),
        (file(b"", "image/png"), "not_discuz"),
        (file(b"x" * 10000), "too_large"),
        ((200, {"Content-Length": "5000000000"}, b"x"), "too_large"),
        ((200, {}, lambda: b"x" * 1000), "too_large"),
        ((302, {"Location": "/lamp.png"}, b""), "unreachable"),
        ((200, {"Content-Length": "900"}, b"\x89PNG"), "truncated"),
        ((503, {}, b"busy"), "server_error"),
    ],
)
def test_what_cannot_be_had(made: Town, answer: Any, reason: str, tmp_path: Path) -> None:
    serve(made, "灯笼" + img("lamp.png"), {"/lamp.png": answer})
    run = read(made.forum, tmp_path, *ALL, "-s", "MEDIA_MAXSIZE=9000", "-s", "RETRY_TIMES=0")
    assert run.status == 0, "the words are whole"
    (image,) = told(run)["images"]
    assert image == {"url": f"{made.forum.root}lamp.png", "refusal": reason}
    assert kept(run) == {}
    assert "Traceback" not in run.stderr


def test_an_attachment_that_is_a_page(made: Town, tmp_path: Path) -> None:
    """A file of HTML is one, a page that says no is none."""
    page = b"<!DOCTYPE html><html><body>notes</body></html>"
    html = {"Content-Type": "text/html", "Content-Disposition": "attachment; filename=notes.html"}
    serve(
        made,
        attached(6, "notes.html") + attached(7),
        {at(6): (200, html, page), at(7): file(page, "text/html; charset=utf-8")},
    )
    line = told(read(made.forum, tmp_path, *ALL))
    assert [each.get("path") for each in line["attachments"]] == [name_of(page, "bin"), None]
    assert line["attachments"][1]["refusal"] == "not_discuz"


def test_what_has_to_be_bought_is_not_asked_for(made: Town, tmp_path: Path) -> None:
    link = "forum.php?mod=misc&amp;action=attachpay&amp;aid=6&amp;tid=11"
    serve(made, attached(6).replace(signed(6), link), {})
    line = told(read(made.forum, tmp_path, *ALL))
    assert line["attachments"][0]["refusal"] == "no_permission"
    assert not [path for path in made.forum.asked if "attachpay" in path]


def test_robots_are_obeyed(made: Town, tmp_path: Path) -> None:
    serve(made, img("secret/lamp.png"), {"/secret/lamp.png": file(PNG)})
    made.forum.pages["/robots.txt"] = "User-agent: *\nDisallow: /secret/\n"
    run = read(made.forum, tmp_path, *ALL)
    assert told(run)["images"][0]["refusal"] == "robots_disallowed"
    assert not made.forum.asked["/secret/lamp.png"]


@pytest.fixture
def elsewhere() -> Iterator[Forum]:
    with served_forum() as served:
        yield served


def test_private_addresses_are_not_asked(made: Town, elsewhere: Forum, tmp_path: Path) -> None:
    elsewhere.pages["/lamp.png"] = file(PNG)
    port = elsewhere.root.split(":")[-1]
    urls = [
        f"{elsewhere.root}lamp.png",
        f"http://localhost:{port}lamp.png",
        f"http://2130706433:{port}lamp.png",
        f"http://0x7f.1:{port}lamp.png",
        f"http://[::1]:{port}lamp.png",
        f"http://[::ffff:127.0.0.1]:{port}lamp.png",
        "http://169.254.169.254/latest/meta-data/",
        "http://router.lan/",
        "jump.png",
    ]
    files = {"/jump.png": (302, {"Location": f"{elsewhere.root}lamp.png"}, b"")}
    serve(made, "".join(map(img, urls)), files)
    run = read(made.forum, tmp_path, *ALL)
    assert {image.get("refusal") for image in told(run)["images"]} == {"off_site"}
    assert len(told(run)["images"]) == len(urls)
    assert not elsewhere.asked, "not even their robots.txt"


def test_local_files_and_scripts_are_no_pictures(made: Town, tmp_path: Path) -> None:
    urls = ["file:///etc/passwd", "javascript:alert(1)", "data:image/png;base64,AAAA", "//"]
    serve(made, "灯" + "".join(map(img, urls)), {})
    run = read(made.forum, tmp_path, *ALL)
    assert run.status == 0
    assert not [image for image in told(run).get("images", []) if "path" in image]


HOSTILE = [
    "http://javascript:alert(1)",
    "http://",
    "http://[::1",
    "http://[x]/a.png",
    "http://a b/a.png",
    "http://\u202e/a.png",
    "http://例子.invalid/灯 笼.png",
    "http://user:word@b.invalid:99999/a.png",
    "http://b.invalid:-1/a.png",
    "http://../a.png",
    "http://xn--/a.png",
    f"http://{'a' * 70}.invalid/a.png",
    f"http://b.invalid/{'a' * 9000}.png",
    "http://b.invalid/%00%ff%zz.png",
    "http://1.2.3.4.5/a.png",
    "http://0/a.png",
    "HTTP://0177.0.0.1/a.png",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_whatever_stands_for_an_address_costs_nothing(made: Town, url: str, tmp_path: Path) -> None:
    """The post is told, and the run ends well."""
    serve(made, "灯笼" + img(url) + img("lamp.png"), {"/lamp.png": file(PNG)})
    run = read(made.forum, tmp_path, *ALL)
    assert run.status == 0, run.stderr
    assert len(run.stderr.splitlines()) == 1, run.stderr
    images = {image["url"]: image for image in told(run)["images"]}
    assert images.pop(f"{made.forum.root}lamp.png")["path"] == name_of(PNG, "png")
    for image in images.values():
        if image["url"].startswith("http"):
            # http:// alone leads to the forum's own index
            expected = ("unreachable", "off_site", "not_found", "unknown_notice")
            assert image["refusal"] in expected


def test_a_picture_elsewhere(made: Town, elsewhere: Forum, tmp_path: Path) -> None:
    elsewhere.pages["/a.gif"] = file(GIF, "image/gif")
    elsewhere.pages["/robots.txt"] = "User-agent: *\nDisallow: /b.gif\n"
    files = {"/jump.png": (302, {"Location": f"{elsewhere.root}a.gif"}, b"")}
    serve(
        made,
        "".join(map(img, (f"{elsewhere.root}a.gif", f"{elsewhere.root}b.gif", "jump.png"))),
        files,
    )
    host = elsewhere.root.removeprefix("http://").strip("/")
    run = read(made.forum, tmp_path, *ALL, "-s", f"MEDIA_LOCAL_HOSTS={host}")
    images = told(run)["images"]
    assert [image.get("path") for image in images] == [
        name_of(GIF, "gif"),
        None,
        name_of(GIF, "gif"),
    ]
    assert images[1]["refusal"] == "robots_disallowed"


def test_a_host_that_does_not_answer_is_left_alone(
    made: Town, elsewhere: Forum, tmp_path: Path
) -> None:
    elsewhere.pages |= {f"/{n}.png": (503, {}, b"") for n in range(40)}
    serve(made, "".join(img(f"{elsewhere.root}{n}.png") for n in range(40)), {})
    host = elsewhere.root.removeprefix("http://").strip("/")
    run = read(made.forum, tmp_path, *ALL, "-s", f"MEDIA_LOCAL_HOSTS={host}")
    assert {image["refusal"] for image in told(run)["images"]} == {"server_error", "unreachable"}
    # those that were under way when the third one failed
    assert 3 <= sum(elsewhere.asked.values()) - elsewhere.asked["/robots.txt"] <= 12


@pytest.mark.parametrize("pause", ["5", "90000"])
def test_a_host_of_pictures_holds_nothing_up(
    made: Town, elsewhere: Forum, pause: str, tmp_path: Path
) -> None:
    elsewhere.pages["/0.png"] = (429, {"Retry-After": pause}, b"")
    elsewhere.pages["/robots.txt"] = (503, {}, b"")
    serve(made, "".join(img(f"{elsewhere.root}{n}.png") for n in range(2)), {})
    host = elsewhere.root.removeprefix("http://").strip("/")
    how = ("-s", f"MEDIA_LOCAL_HOSTS={host}", "-s", "RETRY_TIMES=0", "-L", "ERROR")
    run = crawl(made.forum, tmp_path / "1", *ALL, *how)
    assert run.status == 0, run.stderr
    assert len(run.stderr.splitlines()) == 1, "no word of it"
    assert not elsewhere.asked["/0.png"], "its robots.txt cannot be had"
    del elsewhere.pages["/robots.txt"]
    run = crawl(made.forum, tmp_path / "2", *ALL, *how)
    assert run.status == 0, run.stderr
    assert sum(elsewhere.asked[f"/{n}.png"] for n in range(2)) in (1, 2)
    assert len({line["thread_id"] for line in run.lines("articles")}) == len(made.talks)


@pytest.mark.parametrize(("delay", "reason"), [("0.4", None), ("86400", "rate_limited")])
def test_the_crawl_delay_of_a_host_of_pictures_is_its_own(
    made: Town, elsewhere: Forum, delay: str, reason: str | None, tmp_path: Path
) -> None:
    came: list[float] = []

    def answer() -> tuple[int, dict[str, str], bytes]:
        came.append(time.monotonic())
        return file(GIF + bytes([len(came)]), "image/gif")

    elsewhere.pages |= dict.fromkeys((f"/{n}.gif" for n in range(4)), answer)
    elsewhere.pages["/robots.txt"] = f"User-agent: *\nCrawl-delay: {delay}\n"
    serve(made, "".join(img(f"{elsewhere.root}{n}.gif") for n in range(4)), {})
    host = elsewhere.root.removeprefix("http://").strip("/")
    run = read(made.forum, tmp_path, *ALL, "-s", f"MEDIA_LOCAL_HOSTS={host}")
    assert {image.get("refusal") for image in told(run)["images"]} == {reason}
    assert run.status == 0, run.stderr
    assert len(came) == (0 if reason else 4)
    assert all(later - former > 0.3 for former, later in pairwise(came))


def test_what_comes_the_next_time_is_a_new_version(made: Town, tmp_path: Path) -> None:
    serve(made, "灯笼" + img("lamp.png"), {"/lamp.png": (503, {}, b"busy")})
    tonight = ("-s", "MEDIA=all")
    first = crawl(made.forum, tmp_path, *tonight)
    assert told(first)["images"][0]["refusal"] == "server_error"
    lines = (len(first.lines("posts")), len(first.lines("coverage")))
    # still busy: asked for again, and nothing is told
    the_next_day(tmp_path)
    run = crawl(made.forum, tmp_path, *tonight)
    assert made.forum.asked["/lamp.png"] == 1
    assert (len(run.lines("posts")), len(run.lines("coverage"))) == lines
    made.forum.pages["/lamp.png"] = file(PNG)
    the_next_day(tmp_path, 2)
    run = crawl(made.forum, tmp_path, *tonight)
    assert run.status == 0, run.stderr
    line = told(run)
    assert (line["version"], line["images"][0]["path"]) == (2, name_of(PNG, "png"))
    assert "refusal" not in line["images"][0]
    assert (len(run.lines("posts")), len(run.lines("coverage"))) == (lines[0] + 1, lines[1])
    the_next_day(tmp_path)
    run = crawl(made.forum, tmp_path, *tonight)
    assert not made.forum.asked["/lamp.png"]
    assert len(run.lines("posts")) == lines[0] + 1


def test_what_never_comes_is_asked_for_ever_more_seldom(made: Town, tmp_path: Path) -> None:
    """Its page costs a request on those nights only, and none once it is settled."""
    serve(made, "灯笼" + img("lamp.png"), {"/lamp.png": (404, {}, b"gone")})
    nights = []
    for night in range(1, 40):
        run = crawl(made.forum, tmp_path, *ALL)
        assert run.status == 0, run.stderr
        if made.forum.asked["/lamp.png"]:
            nights.append(night)
        assert made.forum.asked[thread_path(11)] == (night in nights)
        the_next_day(tmp_path)
    assert nights == [1, 2, 4, 8, 16, 32]
    assert told(run)["version"] == 1
    assert "1 file stays refused" in run.stderr
    the_next_day(tmp_path, 40)
    crawl(made.forum, tmp_path, *ALL)
    assert not made.forum.asked[thread_path(11)]
    # it is asked for where its page is looked at anyway
    read(made.forum, tmp_path, *ALL)
    assert made.forum.asked["/lamp.png"] == 1
    run = crawl(made.forum, tmp_path, *ALL, "-a", "full=yes")
    assert made.forum.asked["/lamp.png"] == 1


def test_a_picture_of_many_posts_is_asked_for_once_a_run(made: Town, tmp_path: Path) -> None:
    for talk in made.talks.values():
        for post_id in talk.posts:
            talk.posts[post_id] += img("lamp.png")
    made.publish()
    asked = []
    for answer in ((503, {}, b"busy"), (503, {}, b"busy"), file(PNG)):
        made.forum.pages["/lamp.png"] = answer
        run = crawl(made.forum, tmp_path, *ALL, "-a", "full=yes")
        asked.append(made.forum.asked["/lamp.png"])
    assert asked == [1, 1, 1]
    assert {told(run, n)["images"][0]["path"] for n in (110002, 120030)} == {name_of(PNG, "png")}


def test_pictures_that_are_wished_for_later(made: Town, tmp_path: Path) -> None:
    serve(made, "灯笼" + img("lamp.png"), {"/lamp.png": file(PNG)})
    before = len(crawl(made.forum, tmp_path, *NO_REVISITS).lines("posts"))
    run = crawl(made.forum, tmp_path, *ALL, "-a", "full=yes")
    line = told(run)
    assert (line["version"], line["images"][0]["path"]) == (2, name_of(PNG, "png"))
    assert len(run.lines("posts")) == before + 1, "the one that has a picture"
    run = crawl(made.forum, tmp_path, *ALL, "-a", "full=yes")
    assert told(run)["version"] == 2


def test_what_is_kept_is_told_whatever_is_asked_for(made: Town, tmp_path: Path) -> None:
    text, files = (
        "灯笼" + img("lamp.png") + attached(6),
        {"/lamp.png": file(PNG), at(6): download(ZIP)},
    )
    serve(made, text, files)

    def read_with(media: str) -> tuple[int, bool, bool]:
        how = ("-s", f"MEDIA={media}", *NO_REVISITS, "-a", "full=yes")
        line = told(crawl(made.forum, tmp_path, *how))
        return line["version"], "path" in line["images"][0], "path" in line["attachments"][0]

    assert read_with("none") == (1, False, False)
    assert read_with("images") == (2, True, False)
    assert read_with("all") == (3, True, True)
    for media in ("images", "attachments", "none", "all"):
        assert read_with(media) == (3, True, True), media
    serve(made, f"{text}改了", files)
    assert read_with("none") == (4, True, True)
    assert read_with("all") == (4, True, True)


def test_what_is_refused_later_is_told_once(made: Town, tmp_path: Path) -> None:
    serve(made, "灯笼" + img("lamp.png"), {})
    crawl(made.forum, tmp_path, *NO_REVISITS)
    for _ in range(3):
        run = crawl(made.forum, tmp_path, *ALL, "-a", "full=yes")
        line = told(run)
        assert (line["version"], line["images"][0]["refusal"]) == (2, "not_found")
        assert made.forum.asked["/lamp.png"] == 1, "whoever asks for all gets all"


def test_pictures_of_somebody_who_is_listed(made: Town, tmp_path: Path) -> None:
    serve(made, "灯笼" + img("lamp.png"), {"/lamp.png": file(PNG)})
    crawl(made.forum, tmp_path, *NO_REVISITS, path=thread_path(21))
    (site,) = tmp_path.iterdir()
    (site / "removals.txt").write_text("author 21\n", "utf-8")
    read(made.forum, tmp_path, *ALL)
    assert not made.forum.asked["/lamp.png"]


def test_a_ledger_made_anew_knows_what_is_kept(made: Town, tmp_path: Path) -> None:
    serve(
        made, "灯笼" + img("lamp.png") + attached(6), {"/lamp.png": file(PNG), at(6): download(ZIP)}
    )
    read(made.forum, tmp_path, *ALL)
    (site,) = tmp_path.iterdir()
    for path in site.glob("ledger.sqlite3*"):
        path.unlink()
    run = read(made.forum, tmp_path, *ALL, "-a", "full=yes")
    assert not made.forum.asked["/lamp.png"]
    assert not made.forum.asked[at(6)]
    assert told(run)["version"] == 1
    # and fetches what somebody took away, once its post is told again
    for path in (site / "media").rglob("*.png"):
        path.unlink()
    serve(
        made, "换了" + img("lamp.png") + attached(6), {"/lamp.png": file(PNG), at(6): download(ZIP)}
    )
    run = read(made.forum, tmp_path, *ALL, "-a", "full=yes")
    assert name_of(PNG, "png") in kept(run)


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("point", ["between_flush_and_mark", "behind_the_mark"])
def test_after_a_kill_nothing_is_lost(made: Town, point: str, number: int, tmp_path: Path) -> None:
    for talk in made.talks.values():
        for post_id in talk.posts:
            talk.posts[post_id] += img(f"{post_id}.png")
    made.publish()
    ids = [n for talk in made.talks.values() for n in talk.posts]
    made.forum.pages |= {f"/{n}.png": file(PNG + str(n).encode()) for n in ids}
    command = ("crawl", "discuz", "-a", f"url={made.forum.root}", *ALL)
    killed = scrapy(*command, data=tmp_path, kill_at=(point, number))
    assert killed.status != 0
    run = scrapy(*command, data=tmp_path)
    assert run.status in (0, 3), run.stderr
    lines = run.lines("posts") + run.lines("articles")
    assert len(lines) == len(ids)
    files = kept(run)
    for line in lines:
        data = PNG + line["post_id"].encode()
        assert files[line["images"][0]["path"]] == data
    with closing(sqlite3.connect(next(tmp_path.glob("*/ledger.sqlite3")))) as db:
        (known,) = db.execute("SELECT count(*) FROM media WHERE path IS NOT NULL").fetchone()
    assert known == len(ids)


def test_a_disk_that_takes_no_file(made: Town, tmp_path: Path) -> None:
    serve(made, "灯笼" + img("lamp.png"), {"/lamp.png": file(PNG)})
    crawl(made.forum, tmp_path, *NO_REVISITS, path=thread_path(21))
    (site,) = tmp_path.iterdir()
    (site / "media").write_text("in the way", "utf-8")
    run = read(made.forum, tmp_path, *ALL)
    assert run.status == 7
    (site / "media").unlink()
    run = read(made.forum, tmp_path, *ALL)
    assert run.status == 0
    assert told(run)["images"][0]["path"] == name_of(PNG, "png")


def test_ctrl_c_waits_for_few(made: Town, tmp_path: Path) -> None:
    """What was not asked for yet is left to the next run."""
    is_asked, gate = threading.Event(), threading.Event()

    def held() -> tuple[int, dict[str, str], bytes]:
        is_asked.set()
        gate.wait(60)
        return file(PNG)

    files = {f"/{n}.png": held for n in range(60)}
    serve(made, "".join(img(f"{n}.png") for n in range(60)), files)
    data, url = tmp_path / "data", f"url={made.forum.root}{thread_path(11)[1:]}"
    how = (*ALL, "-s", f"DATA_DIR={data}", *FAST, "-L", "INFO")
    with subprocess.Popen(
        [sys.executable, "-m", "scrapy", "crawl", "discuz", "-a", url, *how],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert is_asked.wait(60)
        running.send_signal(signal.SIGINT)
        assert running.stderr
        said = next(line for line in running.stderr if "SIGINT" in line)
        gate.set()
        said += running.stderr.read()
    assert running.returncode == 130, said
    assert sum(made.forum.asked[f"/{n}.png"] for n in range(60)) <= 16
    run = read(made.forum, data, *ALL)
    assert run.status == 0, run.stderr
    assert [image for image in told(run)["images"] if "path" not in image] == []
    assert sum(made.forum.asked[f"/{n}.png"] for n in range(60)) >= 44
