"""Pages that the pager promises and that are not there: by a redirect, or by the page it leads to."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archive.ledger import Ledger
from crawler.discuz.facts import ThreadPage
from crawler.frontier.tasks import pages_to_read
from crawler.history.thread_history import ThreadHistory
from crawler.items import Line
from tests.history.test_thread_history import NOW, Model, Reader, coverage, ids, reader

__all__ = ["reader"]


@dataclass
class Promised(Model):
    """Its pager counts by the highest floor ever given."""

    promised: int = 0

    def page(self, number: int) -> ThreadPage:
        """Page ``number``, or the last one where a redirect led to that."""
        return replace(super().page(number), pages=max(self.pages, self.promised))


def promised(posts: int) -> Promised:
    model = Promised()
    for number in range(posts):
        model.add(f"文{number}")
    model.promised = model.pages
    return model


def read(reader: Reader, model: Promised, *todo: int, follows: bool, **more: Any) -> list[Line]:
    """``follows``: the redirect was followed, as by another program that saved the page."""
    pages = todo or tuple(
        pages_to_read(reader.ledger.thread("7"), reader.ledger.pages("7"), from_top=False)
    )
    history = reader.history(todo=pages[1:], **more)
    told, reader.asked, number = list[Line](), [], pages[0]
    while number is not None:
        reader.asked.append(number)
        told += reader.store(_answer(history, model, number, follows=follows))
        number = history.next_page(number)  # type: ignore[assignment]
    return told + reader.store(history.finish(NOW))


def _answer(history: ThreadHistory, model: Promised, number: int, *, follows: bool) -> Any:
    if number > model.pages and not follows:
        return history.end_before(number, NOW)
    return history.add_page(model.page(number), number, NOW)


@pytest.mark.parametrize("follows", [False, True])
def test_the_only_post_of_the_last_page_goes(reader: Reader, follows: bool) -> None:
    model = promised(10)
    read(reader, model, follows=follows)
    del model.posts[10]
    told = read(reader, model, follows=follows, row=model.row())
    assert ids(told) == ["10"]
    assert (coverage(told).status, coverage(told).pages_expected) == ("complete", 3)
    assert reader.asked == ([4] if follows else [4, 3])
    # and nothing more is told, whatever is looked at again
    for page in (1, 2, 3):
        assert read(reader, model, page, follows=follows) == []
        assert len(reader.asked) <= 2


@pytest.mark.parametrize("follows", [False, True])
def test_a_thread_that_is_read_for_the_first_time(reader: Reader, follows: bool) -> None:
    model = promised(10)
    for gone in (7, 8, 9, 10):
        del model.posts[gone]
    told = read(reader, model, follows=follows)
    assert (coverage(told).status, coverage(told).posts_captured) == ("complete", 6)
    assert reader.present() == model.posts
    assert reader.asked == [1, 2, 3]


@pytest.mark.parametrize("follows", [False, True])
def test_a_page_that_is_looked_at_again_tells_it_too(reader: Reader, follows: bool) -> None:
    """No list told the counter: page 1 is asked for."""
    model = promised(10)
    read(reader, model, follows=follows)
    for gone in (7, 8, 9, 10):
        del model.posts[gone]
    read(reader, model, 4, follows=follows)
    assert reader.present() == model.posts
    assert len(reader.asked) <= 4


@pytest.mark.parametrize("follows", [False, True])
def test_the_counter_does_not_agree(reader: Reader, follows: bool) -> None:
    """A guard that redirects deletes nothing."""
    model = promised(10)
    read(reader, model, follows=follows)
    row = model.row()
    del model.posts[10]
    told = read(reader, model, 4, follows=follows, row=row)
    assert ids(told) == []


def test_with_the_newest_first(reader: Reader) -> None:
    model = promised(10)
    model.newest_first = True
    read(reader, model, follows=False)
    del model.posts[2]
    read(reader, model, follows=False, row=model.row())
    assert reader.present() == model.posts


@settings(max_examples=80, deadline=None)
@given(st.integers(4, 14), st.sets(st.integers(2, 14), max_size=9), st.booleans(), st.booleans())
def test_after_a_whole_reading_the_lines_are_the_thread(
    posts: int, gone: set[int], follows: bool, newest_first: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(Ledger(Path(folder) / "l")) as ledger:
        made = Reader(ledger)
        model = promised(posts)
        model.newest_first = newest_first
        read(made, model, follows=follows)
        for post_id in gone & model.posts.keys():
            del model.posts[post_id]
        read(made, model, 1, follows=follows, row=model.row(), is_whole=True)
        assert made.present() == model.posts
        assert coverage(made.told[-1:]).status == "complete"
        read(made, model, follows=follows, row=model.row())
        assert made.present() == model.posts
