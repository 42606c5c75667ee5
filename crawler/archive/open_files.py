"""How many sites may be open at a time, by the number of files that this process may open."""

from __future__ import annotations

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None  # type: ignore[assignment]

# A site's lock with its journal, its ledger in three files, a segment of each kind and one being
# compressed, a connection to its forum and another to a host of its pictures.
_OF_SITE = 14
# The process has 11 files open before the first site (standard streams, the reactor); the others
# are for connections that wait for a next request, other pipelines, and the record of a run.
_OTHERS = 64
# More at a time make nothing faster: Scrapy sends 16 requests at a time.
_MOST = 64


def sites_at_once(limit: int | None = None) -> int:
    """Return how many sites may be open; ``limit`` is that of files, else that of the process.

    >>> [sites_at_once(files) for files in (64, 200, 256, 1024, 1_000_000)]
    [1, 9, 13, 64, 64]
    """
    if limit is None:
        limit = _limit_of_process()
    return max(1, min(_MOST, (limit - _OTHERS) // _OF_SITE))


def _limit_of_process() -> int:
    if resource is None:
        return 1024
    (soft, _) = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 20 if soft == resource.RLIM_INFINITY else soft
