"""The marks that staff sets on a thread, as lists and thread pages show them."""

from __future__ import annotations

import re
from collections.abc import Iterable

# pin_2.gif, digest_3.gif, folder_lock.gif, locked.gif; X3.5: <i class="fico-lock …">; or the words
_MARKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/pin_?\d|fico-thumbtack|置[顶頂]"), "sticky"),
    (re.compile(r"/digest_?\d|fico-digest|精[华華]"), "digest"),
    (re.compile(r"/(?:folder_)?lock(?:ed)?\.|fico-lock|[关關][闭閉]"), "closed"),
)


def read_marks(signs: Iterable[str]) -> list[str]:
    """Which marks the addresses, classes and titles of icons tell.

    >>> read_marks(["static/image/common/folder_lock.gif", "精华 3"])
    ['digest', 'closed']
    """
    said = "\n".join(signs)
    return [name for rule, name in _MARKS if rule.search(said)]
