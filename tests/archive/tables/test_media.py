from __future__ import annotations

import pytest

from crawler.archive.changes import MediaSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import KnownMedia


@pytest.mark.parametrize(
    "media",
    [
        KnownMedia("attachment:7"),
        KnownMedia("attachment:7", "media/ab/ab.png", "ab" * 32),
        KnownMedia("https://b/a.png", reason="unreachable", is_retriable=True, attempts=2),
        KnownMedia("https://b/a.png", reason="not_found", attempts=1),
    ],
)
def test_a_file_reads_back(ledger: Ledger, media: KnownMedia) -> None:
    assert ledger.media(media.key) is None
    ledger.apply([MediaSeen(KnownMedia(media.key, reason="unreachable")), MediaSeen(media)])
    assert ledger.media(media.key) == media
