"""The day a site changes its skin: the run says so, says what, and keeps pages."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.archive.state import Traits
from crawler.frontier.template_drift import Drift, Sample
from tests.conftest import Forum, scrapy
from tests.forum.desktop import message
from tests.forum.town import crawl, record, town

SAMPLE = Sample("http://b.example/thread-1-1-1.html", datetime(2026, 11, 22, tzinfo=UTC), {}, b"x")
EVERY_PAGE = ("-a", "full=yes")


def rewritten(forum: Forum, change: Callable[[str], str]) -> None:
    for path, page in forum.pages.items():
        if isinstance(page, str):
            forum.pages[path] = change(page)


def move_date(page: str) -> str:
    """The date leaves the line of its author for one of its own."""
    return re.sub(
        r'(<em id="authorposton\d+">.*?</em>)(.*?<td class="t_f")',
        r"\2",
        page,
        flags=re.S,
    ).replace('<div class="pi">', '<div class="pi"><p class="when">发表于 2023-3-14 10:00:00</p>')


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda page: page.replace("authorposton", "postedat"), "authorposton"),
        (lambda page: page.replace("thread_subject", "subject_of"), "thread_subject"),
        (lambda page: page.replace('id="post_', 'id="item_'), "floor"),
        (lambda page: page.replace('id="pid', 'id="floor'), "floor"),
        (move_date, "authorposton"),
        (
            lambda page: page.replace("normalthread_", "row_").replace("stickthread_", "row_"),
            "list",
        ),
    ],
)
def test_a_changed_skin_ends_with_status_4(
    forum: Forum, tmp_path: Path, change: Callable[[str], str], told: str
) -> None:
    made = town(forum)
    assert crawl(forum, tmp_path, *EVERY_PAGE).status == 0
    rewritten(forum, change)
    run = crawl(forum, tmp_path, *EVERY_PAGE)
    assert run.status == 4, run.stderr
    assert "the pages no longer look as they did" in run.stderr
    alarms = record(run)["alarms"]
    assert any(told in alarm["trait"] or told in alarm["kind"] for alarm in alarms)
    assert all(alarm["now"] * 2 <= alarm["known"] for alarm in alarms)
    kept = sorted(tmp_path.glob("*/alarm/*/page.html"))
    assert 1 <= len(kept) <= 3
    meta = json.loads(kept[0].with_name("meta.json").read_text("utf-8"))
    assert meta["url"].startswith(forum.root)
    # and again, until somebody takes it as it is
    assert crawl(forum, tmp_path, *EVERY_PAGE).status == 4
    made.publish()
    assert crawl(forum, tmp_path, *EVERY_PAGE).status == 0


def test_new_names_of_boards_are_no_alarm(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    crawl(forum, tmp_path, *EVERY_PAGE)
    rewritten(forum, lambda page: page.replace("新闻", "要闻").replace("闲谈", "漫谈"))
    run = crawl(forum, tmp_path, *EVERY_PAGE)
    assert run.status == 0, run.stderr
    for tid in list(made.talks):
        made.remove(tid)
    made.publish()
    run = crawl(forum, tmp_path, *EVERY_PAGE)
    assert run.status == 4
    assert "14 of 14 known threads are missing at once" in run.stderr.splitlines()[-1]
    assert not any(line.get("is_deleted") for line in run.lines("articles"))
    # what the next run sees as well is true, and empty boards are no alarm
    run = crawl(forum, tmp_path, *EVERY_PAGE)
    assert run.status == 0, run.stderr
    assert sum(line.get("is_deleted", False) for line in run.lines("articles")) == 14


def test_a_login_page_for_everything_is_a_login(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    crawl(forum, tmp_path, *EVERY_PAGE)
    login = message("抱歉，您尚未登录，没有权限访问该版块", login=True)
    for path in forum.pages:
        if "robots" not in path:
            forum.pages[path] = login
    assert crawl(forum, tmp_path, *EVERY_PAGE).status == 6


def test_pages_that_nobody_understands_end_with_status_4(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    crawl(forum, tmp_path, *EVERY_PAGE)
    blank = "<html><head><script>cookiepre = 'a'</script></head><body>新版</body></html>"
    for path in forum.pages:
        if "viewthread" in path:
            forum.pages[path] = blank
    run = crawl(forum, tmp_path, *EVERY_PAGE)
    assert run.status == 4
    assert record(run)["alarms"][0]["trait"] == "page"


def test_lists_that_turn_into_something_else_end_with_status_4(
    forum: Forum, tmp_path: Path
) -> None:
    town(forum)
    crawl(forum, tmp_path, *EVERY_PAGE)
    portal = "<html><body class='pg_view'><script>cookiepre = 'a'</script>新版</body></html>"
    for path in forum.pages:
        if "forumdisplay" in path:
            forum.pages[path] = portal
    run = crawl(forum, tmp_path, *EVERY_PAGE)
    assert run.status == 4, run.stderr
    assert (record(run)["alarms"][0]["kind"], record(run)["alarms"][0]["trait"]) == ("list", "page")


# -- what is an alarm ---


def known(found: int, pages: int) -> Drift:
    last = int(SAMPLE.seen_at.timestamp())
    return Drift(
        {"thread": Traits(pages, {"page": pages, "date": found}, {"page": last, "date": last})}
    )


@pytest.mark.parametrize(
    ("found", "pages", "seen", "is_alarm"),
    [
        (400, 400, [False] * 2, True),
        (400, 400, [False], False),  # one odd page
        (400, 400, [True] * 6 + [False] * 4, False),
        (200, 400, [False] * 50, False),  # it always came and went
        (3, 3, [False] * 2, False),  # too little is known
        (30, 30, [False] * 3, True),
    ],
)
def test_an_alarm_is_what_chance_does_not_explain(
    found: int, pages: int, seen: list[bool], is_alarm: bool
) -> None:
    drift = known(found, pages)
    for number, has_date in enumerate(seen):
        drift.observe("thread", str(number), {"x", "date"} if has_date else {"x"}, SAMPLE)
    assert [alarm.trait for alarm in drift.alarms()] == (["date"] if is_alarm else [])
    assert len(drift.ledger_changes(SAMPLE.seen_at)) == (0 if is_alarm else 1)


def test_the_pages_of_one_thread_are_one_page() -> None:
    drift = known(400, 400)
    for _ in range(20):
        drift.observe("thread", "7", {"x"}, SAMPLE)
    assert drift.alarms() == []


# -- on demand ---


def test_check_site_tells_what_is_found(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    run = scrapy("check-site", forum.root, data=tmp_path)
    assert run.status == 0, run.stderr
    table = {line.split("  ")[0]: line.split() for line in run.stdout.splitlines()}
    assert table["pages read"][-2:] == ["2", "5"]
    assert table["date"][-2:] == ["2", "5"]
    assert table["text"][-2:] == ["-", "5"]
    assert not list(tmp_path.iterdir())


def test_check_site_compares_with_the_crawls_before(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    crawl(forum, tmp_path, *EVERY_PAGE)
    assert scrapy("check-site", forum.root, data=tmp_path).status == 0
    rewritten(forum, lambda page: page.replace("authorposton", "postedat"))
    run = scrapy("check-site", forum.root, data=tmp_path)
    assert run.status == 4
    assert "fell away: date: div.authi > em#authorposton on" in run.stdout
    assert crawl(forum, tmp_path, *EVERY_PAGE).status == 4
    assert scrapy("check-site", "--accept", forum.root, data=tmp_path).status == 0
    assert crawl(forum, tmp_path, *EVERY_PAGE).status == 0


def test_check_site_says_what_it_could_not_read(forum: Forum, tmp_path: Path) -> None:
    forum.pages["/forum.php"] = message("抱歉，您尚未登录，没有权限访问该版块", login=True)
    run = scrapy("check-site", forum.root, data=tmp_path)
    assert run.status == 6
    assert "login_required" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name one address"),
        (("--nonsense", "http://b.example/"), "unknown option"),
        (("b.example",), "b.example"),
        (("--accept", "http://b.example/"), "nothing to accept"),
    ],
)
def test_check_site_refuses_wrong_use_in_one_line(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    run = scrapy("check-site", *arguments, data=tmp_path)
    assert run.status == 2
    assert said in run.stderr
    assert len(run.stderr.splitlines()) == 1


def swallow(page: str, posts: int = 0) -> str:
    """A field of 2,100 signs at the head of posts; of all, or of the first ones."""
    field = f"<textarea>{'灯' * 2100}</textarea>"
    return re.sub(r'class="t_f"[^>]*>', lambda cell: cell[0] + field, page, count=posts)


def test_words_that_go_nowhere_are_counted(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    run = crawl(forum, tmp_path, *EVERY_PAGE)
    assert (run.status, record(run)["words_unaccounted"]) == (0, 0)
    path, page = next((path, page) for path, page in forum.pages.items() if "t_f" in str(page))
    forum.pages[path] = swallow(str(page), posts=1)
    run = crawl(forum, tmp_path, *EVERY_PAGE)
    # one post is no other skin
    assert run.status == 0, run.stderr
    assert "100 characters of posts in no field" in run.stderr
    assert record(run)["words_unaccounted"] == 100
    (example,) = record(run)["words_unaccounted_examples"]
    assert example["characters"] == 100
    report = max(tmp_path.glob("*/runs/*.html")).read_text("utf-8")
    assert "100 visible characters of posts are neither in their text nor in a field" in report
    assert html.escape(example["url"]) in report


def test_words_that_go_nowhere_on_all_pages_are_another_skin(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    crawl(forum, tmp_path, *EVERY_PAGE)
    rewritten(forum, swallow)
    run = crawl(forum, tmp_path, *EVERY_PAGE)
    assert run.status == 4
    assert "words_accounted" in run.stderr
    assert record(run)["words_unaccounted"] > 1000
