"""What is told of people, and what a removal list keeps out."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive.ledger import read_note
from crawler.archive.segments import read_lines, segment_paths
from crawler.discuz import read_page
from crawler.discuz.facts import ThreadPage
from crawler.items.build import content_hash, post_lines
from crawler.items.lines import Post, to_json
from crawler.items.schema import problems
from crawler.privacy.policy import Privacy, redacted_line
from crawler.privacy.pseudonyms import pseudonym
from crawler.privacy.removal_list import BadRemovalsError, Removals, read_removals
from tests.conftest import ROOT, Forum, scrapy
from tests.forum.town import NO_REVISITS, Town, crawl, present, thread_path, town, wanted

SALT = b"salt of one site"
LU, HU = "陆上行舟", "湖心亭"
LU_TOLD, HU_TOLD = pseudonym(LU, SALT), pseudonym(HU, SALT)
QUOTED = {"quotes": [{"author": LU, "text": "坐等周末。", "post_id": "951"}]}
NAMELESS = Privacy("drop", salt=SALT)
VEILED = Privacy("pseudonym", salt=SALT)
SEEN = "2023-03-15T12:00:30+00:00"


def line(**more: Any) -> dict[str, Any]:
    made = {
        "item_type": "post",
        "item_id": "bbs.example.net:4711:952",
        "site": "bbs.example.net",
        "url": "http://bbs.example.net/forum.php?mod=viewthread&tid=4711#pid952",
        "fetched_at": SEEN,
        "thread_id": "4711",
        "post_id": "952",
        "author": {"name": HU, "id": "8", "url": "http://bbs.example.net/?8", "credits": 77},
    }
    return made | more


@pytest.mark.parametrize(
    "said, told",
    [
        # whom the post quotes, comments on it, or links to, wherever he is named in it
        ({**QUOTED, "text": f"{LU}说得对"}, f"{LU_TOLD}说得对"),
        ({"comments": [{"author": LU, "text": "嗯"}], "text": f"谢{LU}"}, f"谢{LU_TOLD}"),
        (
            {
                "links": [{"url": "http://bbs.example.net/space-uid-9.html", "text": f"@{LU}"}],
                "text": f"@{LU}来看",
            },
            f"@{LU_TOLD}来看",
        ),
        # the author's own name
        ({"text": f"—— {HU}"}, f"—— {HU_TOLD}"),
        ({"author": {"name": "记者"}, "text": "记者来了"}, "记者来了"),
        # who stands where names stand
        ({"text": f"@{LU} 来看"}, f"@{LU_TOLD} 来看"),
        ({"text": f"@{LU}，\n来"}, f"@{LU_TOLD}，\n来"),
        ({"text": f"{LU} 发表于 2017-6-1 08:20\n早"}, f"{LU_TOLD} 发表于 2017-6-1 08:20\n早"),
        (
            {"text": f"原帖由 {LU} 于 2008-1-1 10:00 发表\n早"},
            f"原帖由 {LU_TOLD} 于 2008-1-1 10:00 发表\n早",
        ),
        ({"text": f"回复 2# {LU}\n早"}, f"回复 2# {LU_TOLD}\n早"),
        # an address of a member in the words
        ({"text": "看 http://bbs.example.net/home.php?mod=space&uid=9 他"}, "看 […] 他"),
        ({"text": "http://b.example/uc_server/avatar.php?uid=9"}, "[…]"),
        # what only looks like it
        ({"text": "http://films.example/avatar.html"}, "http://films.example/avatar.html"),
        ({"text": "本文 发表于 2017 年夏"}, "本文 发表于 2017 年夏"),
        ({"text": "信箱 me@example.org 有效"}, "信箱 me@example.org 有效"),
        ({"text": "本帖最后由 甲 编辑\n发表于 2010-1-1"}, "本帖最后由 甲 编辑\n发表于 2010-1-1"),
        ({"quotes": [{"author": "天"}], "text": "今天"}, "今天"),
        ({"quotes": [{"author": "ann"}], "text": "annual, by Ann"}, None),
        ({"author": {"name": "匿名", "is_anonymous": True}, "text": "匿名好"}, "匿名好"),
    ],
)
def test_names_in_words(said: dict[str, Any], told: str | None) -> None:
    got = VEILED.redacted(line(**said))["text"]
    assert got == (told or f"annual, by {pseudonym('ann', SALT)}")


def test_an_author_bears_a_pseudonym_and_nothing_that_points_at_him() -> None:
    author = {
        "name": HU,
        "id": "8",
        "url": "http://x/?8",
        "group": "乡邻",
        "title": "亭长",
        "threads": 1,
        "posts": 2,
        "credits": 3,
    }
    told = VEILED.redacted(line(author=author))
    assert told["author"] == {"name": HU_TOLD, "group": "乡邻"}
    assert "author" not in NAMELESS.redacted(line(author=author))
    nobody = {"name": "匿名", "is_anonymous": True}
    assert VEILED.redacted(line(author=nobody))["author"] == nobody
    assert NAMELESS.redacted(line(author=nobody))["author"] == {"is_anonymous": True}


def test_names_in_every_part_of_a_line() -> None:
    record = line(
        item_type="article",
        headline=f"回复 2# {LU} 的帖子",
        edited_by=LU,
        text="早",
        **QUOTED,
        comments=[{"author": LU, "author_id": "9", "text": f"同意{HU}", "date": SEEN}],
        ratings=[{"author": LU, "author_id": "9", "scores": {"金钱": "+5"}, "reason": f"赞{HU}"}],
        links=[{"url": "http://bbs.example.net/home.php?mod=space&uid=9", "text": LU}],
        images=[{"url": "http://bbs.example.net/uc_server/avatar.php?uid=9"}],
        special={
            "kind": "reward",
            "best_answer": {"author": LU, "author_id": "9", "post_id": "951", "text": f"问{HU}"},
        },
        access_notices=[f"{HU} 已隐藏"],
    )
    for privacy in (VEILED, NAMELESS):
        told = privacy.redacted(record)
        written = json.dumps(told, ensure_ascii=False)
        assert not [name for name in (LU, HU, "author_id", "uid=9") if name in written]
    told = VEILED.redacted(record)
    assert told["quotes"] == [{"author": LU_TOLD, "text": "坐等周末。", "post_id": "951"}]
    assert told["special"]["best_answer"]["author"] == LU_TOLD
    assert "links" not in told
    assert NAMELESS.redacted(record)["quotes"] == [{"text": "坐等周末。", "post_id": "951"}]


def test_the_line_that_names_whom_a_post_quotes() -> None:
    # nobody else on the page bears the name, and no field tells that it is one
    record = line(quotes=[{"text": "话", "post_id": "951", "attribution_raw": f"{LU} 于某日写"}])
    for privacy in (VEILED, NAMELESS):
        assert privacy.redacted(record)["quotes"] == [{"text": "话", "post_id": "951"}]
    listed = Privacy(removals=Removals(names=frozenset({LU}))).redacted(record)
    assert listed["quotes"][0]["attribution_raw"] == "[…] 于某日写"
    assert Privacy().redacted(record) == record


def test_a_debate_names_its_umpire() -> None:
    told = VEILED.redacted(line(item_type="article", special={"kind": "debate", "umpire": LU}))
    assert told["special"] == {"kind": "debate", "umpire": LU_TOLD}


@pytest.mark.parametrize(
    "place, raw, told",
    [
        ("浙江", "2023-3-14 09:26 · 浙江", "2023-3-14 09:26"),
        ("浙江省温州市 电信", "发表于 2023-3-14 09:26 来自: 浙江省温州市 电信", None),
        ("浙江", "发表于 2023-3-14 09:26 IP属地：浙江", "发表于 2023-3-14 09:26"),
        ("浙江", "发表于 2023-3-14 09:26", "发表于 2023-3-14 09:26"),
    ],
)
def test_where_somebody_was(place: str, raw: str, told: str | None) -> None:
    record = line(location=place, date_published_raw=raw, text=f"我在{place}")
    got = Privacy(has_location=False).redacted(record)
    assert "location" not in got
    assert got["date_published_raw"] == (told or "发表于 2023-3-14 09:26")
    assert got["text"] == f"我在{place}", "what he says himself"


WORDS = st.text(
    st.sampled_from(f"{LU}{HU}@ \n#2017-发表于由原帖回复ab[…]://=uid&user-k37"), max_size=60
)
NAMES = st.text(st.sampled_from(f"{LU}{HU}abA.*("), min_size=1, max_size=6)
LINES = st.builds(
    lambda text, name, other, place: line(
        text=text,
        headline=text[:20],
        author={"name": name},
        quotes=[{"author": other, "text": text}],
        edited_by=other,
        location=place,
        date_published_raw=f"发表于 2023-3-14 {place}",
    ),
    WORDS,
    NAMES,
    NAMES,
    NAMES,
)


@given(LINES, st.sampled_from([VEILED, NAMELESS, Privacy(has_location=False)]))
def test_published_twice_is_published_once(record: dict[str, Any], privacy: Privacy) -> None:
    once = privacy.redacted(record)
    twice = privacy.redacted(once)
    assert twice == once


@given(LINES)
def test_as_it_stands_a_line_stays_whole(record: dict[str, Any]) -> None:
    assert Privacy().redacted(record) == record
    assert Privacy(removals=Removals(authors=frozenset({"5"}))).redacted(record) == record


def pages() -> list[tuple[ThreadPage, datetime]]:
    found = []
    for folder in sorted((ROOT / "fixtures" / "thread").iterdir()):
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        at = datetime.fromisoformat(meta["seen_at"])
        body = (folder / "page.html").read_bytes()
        page = read_page(body, url=meta["url"], seen_at=at, headers=meta["headers"])
        if isinstance(page, ThreadPage):
            found.append((page, at))
    return found


@pytest.mark.parametrize("privacy", [VEILED, NAMELESS], ids=["pseudonym", "drop"])
def test_no_name_of_a_fixture_is_told(privacy: Privacy) -> None:
    seen = 0
    for page, at in pages():
        names = {post.author.name for post in page.posts if not post.author.is_anonymous}
        for made in (redacted_line(line, privacy) for line in post_lines(page, page.posts, at)):
            record = to_json(made)
            assert problems(record) == []
            seen += 1
            written = json.dumps(
                {name: part for name, part in record.items() if name != "site_name"},
                ensure_ascii=False,
            )
            told = [name for name in names if name and len(name) > 1 and name in written]
            assert told == [], record["item_id"]
    assert seen > 100


def test_the_hash_tells_no_name() -> None:
    kept, veiled = (
        Post(**privacy.redacted(line(text="早", **QUOTED, edited_by=LU)))
        for privacy in (Privacy(), VEILED)
    )
    assert content_hash(kept) != content_hash(veiled)
    assert content_hash(veiled) == content_hash(Post(**to_json(veiled)))


# -- the list ----


@pytest.mark.parametrize(
    "listed, record, is_covered",
    [
        ("thread 4711", line(), True),
        ("thread 471", line(), False),
        ("post 952", line(), True),
        ("post 4711:952", line(), True),
        ("post 4712:952", line(), False),
        ("post 4711:p2-4", line(item_id="bbs.example.net:4711:p2-4", post_id=None), True),
        ("author 8", line(), True),
        ("author 80", line(), False),
        (f"name {HU}", line(), True),
        ("name LILAC", line(author={"name": "Ｌilac"}), True),
        ("thread 4711", line(item_type="coverage", item_id="b:4711:coverage"), True),
        ("author 8", line(item_type="refusal", item_id="b:refusal:4711"), False),
        ("# thread 4711", line(), False),
    ],
)
def test_what_a_list_covers(
    listed: str, record: dict[str, Any], is_covered: bool, tmp_path: Path
) -> None:
    text = f"\ufeff# 2026-11-20\n\n  {listed}   # by letter\n"
    (tmp_path / "removals.txt").write_text(text, "utf-8")
    assert Privacy(removals=read_removals(tmp_path)).removes(record) is is_covered


@pytest.mark.parametrize("bad", ["thread", "post abc", "user 7", "author 7 8", "name", "thread７"])
def test_a_list_that_says_nothing(bad: str, tmp_path: Path) -> None:
    (tmp_path / "removals.txt").write_text(f"thread 1\n{bad}\n", "utf-8")
    with pytest.raises(BadRemovalsError, match="line 2"):
        read_removals(tmp_path)


def test_what_others_took_over_of_somebody_who_is_listed() -> None:
    record = line(
        text=f"@{LU} 你好\n{LU}号码头",
        quotes=[{"author": LU, "text": "一"}, {"author": HU, "text": "二", "post_id": "77"}],
        comments=[{"author": "甲", "author_id": "9", "text": "三"}, {"author": "乙", "text": "四"}],
        edited_by=LU,
    )
    listed = Removals(posts=frozenset({"77"}), authors=frozenset({"9"}), names=frozenset({LU}))
    told = Privacy(removals=listed).redacted(record)
    assert told["comments"] == [{"author": "乙", "text": "四"}]
    assert "quotes" not in told
    assert "edited_by" not in told
    assert told["text"] == "@[…] 你好\n[…]号码头"
    assert told["author"] == record["author"]


# -- crawls ----


def site(data: Path) -> Path:
    return next(data.glob("*/ledger.sqlite3")).parent


def listed(data: Path, forum: Forum, *lines: str) -> None:
    folder = data / forum.root.removeprefix("http://").strip("/").replace(":", "_")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "removals.txt").write_text("\n".join(lines) + "\n", "utf-8")


def quoting(made: Town) -> str:
    return (
        '<div class="quote"><blockquote><a href="forum.php?mod=redirect&amp;goto=findpost'
        '&amp;pid=110002&amp;ptid=11">柳岸闻莺 发表于 2023-3-14 09:32</a><br />引用的话</blockquote>'
        "</div><br />柳岸闻莺说得对"
    )


def test_pseudonyms_are_the_same_every_night(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    data = tmp_path / "data"
    how = ("-s", "AUTHORS=pseudonym", *NO_REVISITS)
    crawl(forum, data, *how)
    made.reply(11, quoting(made))
    made.publish()
    run = crawl(forum, data, *how)
    assert run.status == 0, run.stderr
    names = {line["author"]["name"] for line in run.lines("posts") if line["post_id"] == "110002"}
    (told,) = names
    quoted = next(line for line in run.lines("posts") if line["post_id"] == "110004")
    assert quoted["quotes"][0]["author"] == told
    assert quoted["text"] == f"{told}说得对"
    # nothing in any file of the folder names anybody
    for path in site(data).rglob("*"):
        if path.is_file() and path.name != "lock":
            held = path.read_bytes()
            assert "柳岸闻莺".encode() not in held, path
            assert "石桥卖花人".encode() not in held, path
    # and a ledger that has to be made anew makes the same of them
    ledger = site(data) / "ledger.sqlite3"
    with closing(sqlite3.connect(ledger)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in site(data).glob("posts-*.jsonl"):
        path.write_bytes(path.read_bytes()[:-400])
    run = crawl(forum, data, *how)
    assert list(site(data).glob("*.damaged"))
    assert present_names(run.lines("posts"), "110002") == {told}


def present_names(lines: list[dict[str, Any]], post_id: str) -> set[str]:
    return {line["author"]["name"] for line in lines if line["post_id"] == post_id}


def test_nobody_is_named_in_an_alarm(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    how = ("-s", "AUTHORS=drop", *NO_REVISITS)
    crawl(forum, tmp_path, *how)
    for path, page in forum.pages.items():
        if "viewthread" in path and isinstance(page, str):
            forum.pages[path] = page.replace("authorposton", "postedon")
    run = crawl(forum, tmp_path, *how, "-a", "full=yes")
    assert run.status == 4
    assert "kept in" not in run.stderr
    assert not (site(tmp_path) / "alarm").exists()


def test_a_folder_keeps_to_what_it_was_begun_with(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    crawl(forum, tmp_path, path=thread_path(21))
    run = crawl(forum, tmp_path, "-s", "AUTHORS=drop", path=thread_path(21))
    assert run.status == 2
    assert "was begun with AUTHORS=keep" in run.stderr.splitlines()[-1]
    assert not forum.asked
    run = crawl(forum, tmp_path / "other", "-s", "AUTHORS=pseudonym", path=thread_path(21))
    assert run.status == 0
    # what was stored without names has none to give back
    snapshot = scrapy("snapshot", forum.root, data=tmp_path / "other")
    assert "user-" in snapshot.stdout


@pytest.mark.parametrize("said", ["AUTHORS=hide", "LOCATION=no"])
def test_a_setting_that_there_is_not(forum: Forum, said: str, tmp_path: Path) -> None:
    run = crawl(forum, tmp_path, "-s", said)
    assert (run.status, len(run.stderr.splitlines())) == (2, 1)
    assert said in run.stderr


def test_a_listed_thread_is_not_asked_for(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    listed(tmp_path, forum, "thread 11", "thread 12")
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 0
    assert not [path for path in forum.asked if path in (thread_path(11), thread_path(12))]
    for tid in (11, 12):
        del made.talks[tid]
    assert present(run) == wanted(made)
    assert "2 on the removal list passed over" in run.stderr
    # named, it is not asked for either, and that is said
    run = crawl(forum, tmp_path, path=thread_path(11))
    assert run.status == 0
    assert "1 on the removal list passed over" in run.stderr
    assert thread_path(11) not in forum.asked


def test_listed_posts_and_authors_are_written_nowhere(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    listed(tmp_path, forum, "post 110003", "author 21")
    run = crawl(forum, tmp_path, *NO_REVISITS)
    got = present(run)
    assert "110003" not in got
    assert not [line for line in run.lines("posts") if line["author"]["id"] == "21"]
    coverage = {line.get("thread_id"): line["status"] for line in run.lines("coverage")}
    del coverage[None]  # those of boards
    assert set(coverage.values()) == {"complete"}, "they are known, and not missing"
    # edited or deleted, they still are told nowhere
    made.talks[11].posts[110003] = "改过了"
    del made.talks[13].posts[130002]
    made.publish()
    run = crawl(forum, tmp_path, *NO_REVISITS, "-a", "full=yes")
    assert not [line for line in run.lines("posts") if line["post_id"] in ("110003", "130002")]
    # taken off the list, they are told
    listed(tmp_path, forum, "# nobody")
    run = crawl(forum, tmp_path, *NO_REVISITS, "-a", "full=yes")
    assert present(run) == wanted(made)


def test_a_listed_author_is_quoted_by_nobody(forum: Forum, tmp_path: Path) -> None:
    """A quotation tells a name and no number: it is learnt from his posts, and kept by nobody."""
    made = town(forum)
    made.reply(11, quoting(made))
    made.publish()
    listed(tmp_path, forum, "author 21")
    run = crawl(forum, tmp_path, *NO_REVISITS)
    quoting_line = next(line for line in run.lines("posts") if line["post_id"] == "110004")
    assert "quotes" not in quoting_line
    # another night, another thread: who he is, is known
    number = made.reply(14, quoting(made).replace("110002", "140001"))
    made.publish()
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert "quotes" not in next(
        line for line in run.lines("posts") if line["post_id"] == str(number)
    )
    for path in site(tmp_path).rglob("*"):
        if path.is_file() and path.suffix != ".jsonl":
            assert "柳岸闻莺".encode() not in path.read_bytes(), path


def test_an_author_who_was_stored_under_a_pseudonym(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    how = ("-s", "AUTHORS=pseudonym", *NO_REVISITS)
    before = crawl(forum, tmp_path, *how)
    (name,) = present_names(before.lines("posts"), "110002")
    listed(tmp_path, forum, "author 21")
    crawl(forum, tmp_path, *how, "-a", "full=yes")
    told = scrapy("snapshot", forum.root, data=tmp_path)
    assert name in json.dumps(before.lines("posts"))
    assert name not in told.stdout


def test_a_listed_post_that_was_stored_before(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    before = crawl(forum, tmp_path, *NO_REVISITS)
    listed(tmp_path, forum, "thread 22", "post 110003", "author 7")
    made.talks[11].posts[110003] = "改过了"
    made.publish()
    run = crawl(forum, tmp_path, *NO_REVISITS, "-a", "full=yes")
    assert list(run.lines("posts")) == list(before.lines("posts")), "no new line of it"
    for command in (("snapshot",), ("snapshot", "--with-deleted"), ("snapshot", "--nested")):
        told = scrapy(*command, forum.root, data=tmp_path)
        assert told.status == 0
        assert not [
            word for word in ('"110003"', '"thread_id": "22"', "石桥卖花人") if word in told.stdout
        ]
        assert '"110002"' in told.stdout
    out = tmp_path / "out"
    scrapy("export", forum.root, "--to", "jsonld", "-o", str(out), data=tmp_path)
    assert "石桥卖花人" not in out.read_text("utf-8")


def test_a_deletion_after_a_removal_leaves_no_trace(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    crawl(forum, tmp_path, *NO_REVISITS)
    del made.talks[11].posts[110002]
    made.publish()
    crawl(forum, tmp_path, *NO_REVISITS, "-a", "full=yes")
    listed(tmp_path, forum, "author 21")
    told = scrapy("snapshot", "--with-deleted", forum.root, data=tmp_path)
    assert "110002" not in told.stdout


def test_the_hash_of_an_export_tells_no_name(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    number = made.reply(11, quoting(made))
    made.publish()
    crawl(forum, tmp_path, path=thread_path(11))
    whole, veiled = (
        {
            record["post_id"]: record["content_hash"]
            for record in map(json.loads, run.stdout.splitlines())
        }
        for run in (
            scrapy("snapshot", forum.root, *how, data=tmp_path)
            for how in ((), ("-s", "AUTHORS=pseudonym"))
        )
    )
    assert {post for post in whole if whole[post] != veiled[post]} == {str(number)}


def test_an_export_may_tell_less_than_was_stored(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    crawl(forum, tmp_path, path=thread_path(22))
    for form in ("markdown", "jsonld", "csv", "sqlite"):
        out = tmp_path / f"out-{form}"
        how = ("-o", str(out), "-s", "AUTHORS=pseudonym")
        run = scrapy("export", forum.root, "--to", form, *how, data=tmp_path)
        assert run.status == 0, run.stderr
        files = [out] if out.is_file() else [path for path in out.rglob("*") if path.is_file()]
        held = b"".join(path.read_bytes() for path in files)
        assert "柳岸闻莺".encode() not in held
        assert b"user-" in held
    # without the ledger there is nothing to make pseudonyms of
    (site(tmp_path) / "ledger.sqlite3").unlink()
    run = scrapy("snapshot", forum.root, "-s", "AUTHORS=pseudonym", data=tmp_path)
    assert run.status == 2
    assert "has no salt" in run.stderr


def test_a_name_on_the_list_of_a_folder_with_pseudonyms(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    crawl(forum, tmp_path, "-s", "AUTHORS=pseudonym", path=thread_path(22))
    before = scrapy("snapshot", forum.root, data=tmp_path).stdout.splitlines()
    listed(tmp_path, forum, "name 柳岸闻莺")
    after = scrapy("snapshot", forum.root, data=tmp_path).stdout.splitlines()
    gone = [json.loads(text)["author"]["name"] for text in before if text not in after]
    assert len(set(gone)) == 1
    assert 0 < len(gone) < len(before)


def test_a_broken_list_stops_everything(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    crawl(forum, tmp_path, path=thread_path(21))
    listed(tmp_path, forum, "thread eleven")
    runs = [
        crawl(forum, tmp_path, path=thread_path(21)),
        scrapy("snapshot", forum.root, data=tmp_path),
        scrapy("export", forum.root, "--to", "csv", "-o", str(tmp_path / "x"), data=tmp_path),
    ]
    for run in runs:
        assert run.status == 2
        assert "removals.txt, line 1: say thread, post or author" in run.stderr
        assert run.stdout == ""


def test_a_saved_page_of_a_listed_thread(tmp_path: Path) -> None:
    page = ROOT / "fixtures" / "thread" / "quotes" / "page.html"
    (tmp_path / "bbs.example.net").mkdir()
    (tmp_path / "bbs.example.net" / "removals.txt").write_text("thread 4711\n", "utf-8")
    run = scrapy("crawl", "discuz", "-a", f"url=file://{page}", data=tmp_path)
    assert run.status == 0
    assert not list(tmp_path.glob("*/*.jsonl"))
    assert "1 on the removal list passed over" in run.stderr


# -- erasing ----


def all_held(data: Path) -> bytes:
    paths = [path for path in site(data).rglob("*") if path.is_file()]
    return b"".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in paths
    )


def test_what_is_listed_is_erased(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    made.talks[11].posts[110002] = '柳岸闻莺说<img src="lamp.png" />'
    made.talks[13].posts[130002] = '也是<img src="lamp.png" /><img src="other.png" />'
    made.talks[14].posts[140003] = '别人的<img src="third.png" />'
    made.reply(11, quoting(made))
    made.reply(12, "柳岸闻莺说得好")
    made.publish()
    pictures = {
        f"/{name}.png": (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + data)
        for name, data in (("lamp", b"1"), ("other", b"2"), ("third", b"1"))
    }
    forum.pages |= pictures
    how = ("-s", "MEDIA=all", "-s", "SEGMENT_SIZE=20000", "-s", "SEGMENT_COMPRESSION=gzip")
    crawl(forum, tmp_path, *how, *NO_REVISITS)
    # what went before it was listed leaves a line without an author
    del made.talks[15].posts[150002]
    made.publish()
    forum.pages |= pictures
    before = crawl(forum, tmp_path, *how, *NO_REVISITS, "-a", "full=yes")
    assert list(site(tmp_path).glob("*.jsonl.gz"))
    assert all_held(tmp_path).count("柳岸闻莺".encode()) > 10
    files = len(list(site(tmp_path).glob("media/*/*")))
    (site(tmp_path) / "alarm").mkdir()
    (site(tmp_path) / "alarm" / "page.html").write_text("柳岸闻莺", "utf-8")
    listed(tmp_path, forum, "author 21")
    removals = (site(tmp_path) / "removals.txt").read_bytes()
    run = scrapy("erase", forum.root, data=tmp_path)
    assert run.status == 0
    assert "would be erased: --yes erases them" in run.stderr
    assert len(list(site(tmp_path).glob("media/*/*"))) == files
    run = scrapy("erase", forum.root, "--yes", data=tmp_path)
    assert run.status == 0, run.stderr
    held = all_held(tmp_path).replace(removals, b"")
    # who quotes him does not name him any more; who only names him gives no number to know him by
    assert held.count("柳岸闻莺".encode()) == held.count("柳岸闻莺说得好".encode()) == 2
    assert "[…]说得对".encode() in held
    assert b"150002" not in all_lines_of(tmp_path)
    # lamp.png is shown by somebody else as well
    assert len(list(site(tmp_path).glob("media/*/*"))) == files - 1
    assert not (site(tmp_path) / "alarm").exists()
    # the next night says nothing new, and the ledger is still good
    run = crawl(forum, tmp_path, *how, *NO_REVISITS, "-a", "full=yes")
    assert run.status == 0, run.stderr
    assert "nothing new" in run.stderr
    assert not list(site(tmp_path).glob("*.damaged"))
    assert b"150002" not in all_lines_of(tmp_path)
    # taken off the list, all is told again
    listed(tmp_path, forum, "# nobody")
    run = crawl(forum, tmp_path, *how, *NO_REVISITS, "-a", "full=yes")
    assert len(list(site(tmp_path).glob("media/*/*"))) == files
    told = [line for line in lines_of(tmp_path, "post") if line["post_id"] == "110002"]
    assert [line["version"] for line in told] == [1]
    assert told[0]["images"][0]["path"]
    assert before.status == 0


def test_after_erasing_a_post_is_as_its_last_line_tells(forum: Forum, tmp_path: Path) -> None:
    """An edit took the quote out before it was listed: nothing changed since."""
    made = town(forum)
    number = made.reply(11, quoting(made))
    made.publish()
    crawl(forum, tmp_path, *NO_REVISITS)
    made.talks[11].posts[number] = "没有引用了"
    made.publish()
    crawl(forum, tmp_path, *NO_REVISITS, "-a", "full=yes")
    listed(tmp_path, forum, "author 21")
    run = scrapy("erase", forum.root, "--yes", data=tmp_path)
    assert run.status == 0, run.stderr
    # whom the number means is known, although no line tells it any more
    note = json.loads(read_note(site(tmp_path) / "ledger.sqlite3", "listed") or "{}")
    assert len(note["21"]) == 1
    with closing(sqlite3.connect(site(tmp_path) / "ledger.sqlite3")) as db:
        assert db.execute("SELECT count(*) FROM post WHERE author = '21'").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM post WHERE version = 0").fetchone() > (0,)
    run = crawl(forum, tmp_path, *NO_REVISITS, "-a", "full=yes")
    assert "nothing new" in run.stderr


def lines_of(data: Path, kind: str) -> list[dict[str, Any]]:
    return [
        json.loads(line) for path in segment_paths(site(data), kind) for line in read_lines(path)
    ]


def all_lines_of(data: Path) -> bytes:
    return json.dumps([lines_of(data, kind) for kind in ("article", "post")]).encode()


def test_nothing_is_listed(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    crawl(forum, tmp_path, path=thread_path(21))
    run = scrapy("erase", forum.root, "--yes", data=tmp_path)
    assert run.status == 2
    assert "nothing is listed in" in run.stderr


def test_an_erased_segment_that_was_not_marked(forum: Forum, tmp_path: Path) -> None:
    """A kill between the new file and its mark costs no line."""
    made = town(forum)
    crawl(forum, tmp_path, *NO_REVISITS)
    listed(tmp_path, forum, "post 110002")
    killed = scrapy("erase", forum.root, "--yes", data=tmp_path, kill_at=("behind_the_mark", 0))
    assert killed.status != 0
    path = site(tmp_path) / "posts-00001.jsonl"
    kept = [line for line in read_lines(path) if json.loads(line)["post_id"] != "110002"]
    path.write_bytes(b"".join(kept))
    run = crawl(forum, tmp_path, *NO_REVISITS, "-a", "full=yes")
    assert run.status == 0, run.stderr
    del made.talks[11].posts[110002]
    assert present(run) == wanted(made)
