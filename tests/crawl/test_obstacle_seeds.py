"""Forums behind obstacles that come and go, with kills in between: a few of the seeds."""

from __future__ import annotations

import pytest

from tests.crawl.obstacle_seeds import breaches


# 8: a database of last year while a stopped run is gone on with; 10: pages that were refused;
# 88: lists that lead elsewhere; 116: lists that lead to another page; 148: a kill in a deletion
@pytest.mark.parametrize("seed", [0, 1, 2, 8, 10, 88, 116, 148])
def test_no_law_is_broken(seed: int) -> None:
    assert breaches(seed) == []
