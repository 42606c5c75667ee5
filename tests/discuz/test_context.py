"""The date in an element."""

from __future__ import annotations

import pytest

from crawler.discuz.context import read_stamp
from tests.forum.cells import CONTEXT, element_of


@pytest.mark.parametrize(
    ("markup", "date"),
    [
        ("<em>发表于 2024-5-6 08:15</em>", "2024-05-06T08:15:00+08:00"),
        (
            '<em>发表于 <span title="2024-5-5 18:48:19">前天&nbsp;18:48</span></em>',
            "2024-05-05T18:48:19+08:00",
        ),
        ('<span title="2024-5-5 18:48:19">前天</span>', "2024-05-05T18:48:19+08:00"),
        ('<time datetime="2024-05-05T10:48:19Z">前天</time>', "2024-05-05T18:48:19+08:00"),
        (
            '<em><time datetime="2024-05-05T10:48:19Z">前天</time> · 河南</em>',
            "2024-05-05T18:48:19+08:00",
        ),
        (
            "<em><b>发表于</b> <span>昨天</span> <span>08:15</span></em>",
            "2024-05-06T08:15:00+08:00",
        ),
        ('<em title="楼主">2024-5-6</em>', "2024-05-06T00:00:00+08:00"),
        ("<em>楼主</em>", None),
        ("<em></em>", None),
    ],
)
def test_what_a_title_says_counts_before_words(markup: str, date: str | None) -> None:
    read = read_stamp(element_of(markup), CONTEXT)
    assert (read.value.isoformat() if read else None) == date
