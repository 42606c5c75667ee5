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
    ],
)
def test_a_file_reads_back(ledger: Ledger, media: MediaState) -> None:
    assert ledger.media(media.key) is None
    ledger.apply([MediaSeen(MediaState(media.key, reason="unreachable")), MediaSeen(media)])
    assert ledger.media(media.key) == media
