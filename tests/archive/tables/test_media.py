from __future__ import annotations

import pytest

from crawler.archive.changes import MediaSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import MediaState


@pytest.mark.parametrize(
    "media",
    [
        MediaState("attachment:7"),
        MediaState("attachment:7", "media/ab/ab.png", "ab" * 32),
        MediaState("https://b/a.png", reason="unreachable", is_retriable=True, attempts=2),
        MediaState("https://b/a.png", reason="not_found", attempts=1),
        MediaState("https://b/a.png", None, None, "challenge", True, 3, 2, 500, 900, 600),
    ],
)
def test_a_file_reads_back(ledger: Ledger, media: MediaState) -> None:
    assert ledger.media(media.key) is None
    ledger.apply([MediaSeen(MediaState(media.key, reason="unreachable")), MediaSeen(media)])
    assert ledger.media(media.key) == media


def test_how_many_wait_and_how_many_stay_refused(ledger: Ledger) -> None:
    states = [
        MediaState("a", "media/ab/ab.png", "ab" * 32),
        MediaState("b", reason="not_found", is_retriable=True, nights=5),
        MediaState("c", reason="not_found", is_retriable=True, nights=6),
        MediaState("d", reason="no_permission"),
        MediaState("host:b.example", reason="unreachable", is_retriable=True, nights=9),
        MediaState("e"),
    ]
    assert ledger.count_refused_files() == (0, 0)
    ledger.apply(map(MediaSeen, states))
    assert ledger.count_refused_files() == (1, 2)
    refused = [state for state in states if state.reason and state.key != "host:b.example"]
    assert [state.key for state in refused if state.is_settled] == ["c", "d"]
