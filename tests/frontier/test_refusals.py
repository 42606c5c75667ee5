"""What an answer says in place of the page that was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crawler.archive.state import ListRowState, ListTask, Task, ThreadTask
from crawler.discuz.facts import Evidence
from crawler.frontier.answer import Answer
from crawler.frontier.refusals import refused_as
from tests.frontier.offline import NOW, ROOT, board, board_path, plain_path, refused, thread_path

THREAD = ThreadTask(key="7", url=f"{ROOT}{plain_path(7)}")
LISTED = ThreadTask(key="7", url=f"{ROOT}{plain_path(7)}", row=ListRowState("2"))
LIST = ListTask(key="2", url=f"{ROOT}{board_path(2)}")


def test_a_list_that_leads_to_another_page_of_itself_is_not_that_page() -> None:
    page, task = board(7, page=1, pages=3), replace(LIST, page=3)
    answer = Answer(f"{ROOT}{board_path(2)}", NOW, page)
    said = refused_as(page, task, answer, is_redirected=True)
    assert said is not None
    assert (said.reason, said.evidence) == ("unknown_notice", "forum")
    # Discuz shows the first in place of one that it does not show
    assert refused_as(page, task, answer, is_redirected=False) is None


@pytest.mark.parametrize(
    "task, reason, path, evidence",
    [
        # the thread's own address, written in another way
        (THREAD, "no_permission", thread_path(7), "about_this"),
        (THREAD, "no_permission", plain_path(8), "forum"),
        (THREAD, "not_found", board_path(2), "forum"),
        (THREAD, "not_found", "forum.php", "forum"),
        (THREAD, "login_required", "member.php?mod=logging&action=login", "forum"),
        # Discuz leads from a thread to its board, which asks for the password
        (THREAD, "password", board_path(2), "about_this"),
        (LISTED, "password", board_path(2), "about_this"),
        (LISTED, "password", board_path(3), "forum"),
        (THREAD, "password", "forum.php", "forum"),
        (LIST, "no_permission", "forum.php?mod=forumdisplay&fid=2", "about_this"),
        (LIST, "no_permission", board_path(3), "forum"),
        (LIST, "no_permission", "forum.php", "forum"),
    ],
)
def test_behind_a_redirect_the_forum_speaks_of_where_it_led(
    task: Task, reason: Any, path: str, evidence: Evidence
) -> None:
    page = refused(reason)
    answer = Answer(f"{ROOT}{path}", NOW, page)
    said = refused_as(page, task, answer, is_redirected=True)
    assert said is not None
    assert (said.reason, said.evidence) == (reason, evidence)
    # without a redirect it is the address that was asked for
    said = refused_as(page, task, answer, is_redirected=False)
    assert said is not None
    assert said.evidence == "about_this"
