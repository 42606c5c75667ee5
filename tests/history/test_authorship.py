"""Who wrote a post is part of what counts as a change, and an upgrade makes no versions of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.ledger import Ledger
from crawler.archive.migrations import MIGRATIONS
from crawler.archive.rebuild import changes_of
from crawler.discuz.facts import Author, ThreadPage
from crawler.items import Post as PostLine
from crawler.items import is_other_author, known_author, post_lines, to_json
from crawler.privacy import Privacy
from tests.history.test_thread_history import NOW, Model, Reader

ANONYMOUS = Author("匿名", is_anonymous=True)
DELETED = Author("甲", is_deleted=True)
MEMBER = Author("甲", "7")


@dataclass
class Written(Model):
    """A thread whose posts are all written by one ``author``."""

    author: Author = MEMBER

    def page(self, number: int) -> ThreadPage:
        page = Model.page(self, number)
        return replace(page, posts=tuple(replace(post, author=self.author) for post in page.posts))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    made = Reader(Ledger(tmp_path / "l"))
    yield made
    made.ledger.close()


def thread(author: Author = MEMBER) -> Written:
    model = Written(author=author)
    model.add("一")
    model.add("二")
    return model


def versions(reader: Reader, model: Written, **how: Any) -> list[int]:
    lines = reader.read(model, todo=[1], **how)
    return [line.version for line in lines if isinstance(line, PostLine)]


@pytest.mark.parametrize("now", [ANONYMOUS, DELETED, Author("甲", "8")])
@pytest.mark.parametrize("is_back", [False, True])
def test_another_author_is_a_new_version(reader: Reader, now: Author, is_back: bool) -> None:
    model = thread()
    assert versions(reader, model) == [1, 1]
    model.author = now
    assert versions(reader, model) == [2, 2]
    assert versions(reader, model) == []
    if is_back:
        model.author = MEMBER
        assert versions(reader, model) == [3, 3]


@pytest.mark.parametrize(
    "now",
    [
        Author("乙", "7"),  # another name
        Author("甲", "7", group="乡老", posts=900),
        Author("甲"),  # a page without links
        Author(),  # a page that names nobody
    ],
)
def test_the_same_author_is_none(reader: Reader, now: Author) -> None:
    model = thread()
    versions(reader, model)
    for author in (now, MEMBER, now):
        model.author = author
        assert versions(reader, model) == []
    # the number is not forgotten
    model.author = Author("甲", "8")
    assert versions(reader, model) == [2, 2]


def test_pseudonyms_tell_who_became_anonymous_and_no_more(reader: Reader) -> None:
    privacy = Privacy("pseudonym", salt=b"salt")
    model = thread()
    versions(reader, model, privacy=privacy)
    assert {post.author for post in reader.ledger.posts("7", ["1", "2"]).values()} == {"member"}
    for author in (Author("乙", "7"), Author("甲", "8")):
        model.author = author
        assert versions(reader, model, privacy=privacy) == []
    model.author = ANONYMOUS
    assert versions(reader, model, privacy=privacy) == [2, 2]


def test_nothing_is_kept_of_authors_who_are_dropped(reader: Reader) -> None:
    privacy = Privacy("drop", salt=b"salt")
    model = thread()
    versions(reader, model, privacy=privacy)
    assert {post.author for post in reader.ledger.posts("7", ["1", "2"]).values()} == {""}
    model.author = Author("乙", "8")
    assert versions(reader, model, privacy=privacy) == []


# -- an archive of the version before ---

# of the lines of `thread()`, made by the version before: eight bytes of their content_hash
OLD_HASHES = ("d13c2f0cf34e4700", "ef944ea22d294ebc")


def old_ledger(path: Path) -> Ledger:
    """A ledger that knows the two posts of `thread()`, and not who wrote them."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript("".join(MIGRATIONS[:3]))
        db.execute(f"PRAGMA application_id = {0x44495A4C}")
        db.execute("PRAGMA user_version = 3")
        db.execute("INSERT INTO thread VALUES (7, 2, NULL, NULL, NULL, 1, 0, 0, 0, 0, 1, '[]', 0)")
        db.execute("INSERT INTO page VALUES (7, 1, 1680000000)")
        for number, digest in enumerate(OLD_HASHES, 1):
            at = 27979260 + number  # 2023-3-14 09:01
            db.execute(
                "INSERT INTO post VALUES (7, ?, ?, 1, ?, ?, NULL)",
                (number, at, bytes.fromhex(digest), int(number == 1)),
            )
    return Ledger(path)


@pytest.mark.parametrize(
    ("author", "known"),
    [
        (MEMBER, "7"),
        (ANONYMOUS, "anonymous"),
        (DELETED, "deleted"),
        (Author("甲"), "member"),
        (Author(), ""),
    ],
)
def test_an_older_archive_gets_no_new_versions(tmp_path: Path, author: Author, known: str) -> None:
    with closing(old_ledger(tmp_path / "old")) as ledger:
        assert len(ledger.posts("7", ["1", "2"])) == 2
        reader = Reader(ledger)
        model = thread(author)
        assert reader.read(model, todo=[1]) == []
        # what it learnt silently is held against the next page
        assert {post.author for post in ledger.posts("7", ["1", "2"]).values()} == {known}
        model.author = Author("丙", "99")
        assert versions(reader, model) == ([] if known in ("", "member") else [2, 2])


def lines_of(page: ThreadPage) -> list[PostLine]:
    return list(post_lines(page, page.posts, NOW))


def test_a_ledger_that_is_made_again_knows_who_wrote(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "new")) as ledger:
        for author, known in ((MEMBER, "7"), (ANONYMOUS, "anonymous"), (Author("甲"), "member")):
            for line in lines_of(thread(author).page(1)):
                ledger.apply(list(changes_of(line.item_type, to_json(line), ledger)))
            assert ledger.posts("7", ["2"])["2"].author == known


# -- the words that are kept ---


@pytest.mark.parametrize(
    ("before", "now", "is_other", "known"),
    [
        ("", "7", False, "7"),
        ("7", "", False, "7"),
        ("7", "member", False, "7"),
        ("member", "7", False, "7"),
        ("7", "8", True, "8"),
        ("7", "deleted", True, "deleted"),
        ("member", "anonymous", True, "anonymous"),
        ("anonymous", "member", True, "member"),
        ("deleted", "anonymous", True, "anonymous"),
        ("anonymous", "", False, "anonymous"),
        ("", "", False, ""),
    ],
)
def test_what_a_ledger_keeps(before: str, now: str, is_other: bool, known: str) -> None:
    assert is_other_author(before, now) is is_other
    assert known_author(before, now) == known
