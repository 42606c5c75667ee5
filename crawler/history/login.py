"""Whose rights a run has: what was refused for want of rights is due when somebody else logs in.

The ledger keeps a salted hash of the cookies, which tells that they are others and nothing more.
"""

from __future__ import annotations

import hashlib
import secrets

from crawler.archive import Ledger
from crawler.archive.changes import Change, NoteMade, RightsChanged

# The ledger's note: "salt:hash:since", the last in seconds since 1970; "" for a visitor.
_NOTE = "login"


def login_changes(ledger: Ledger, login: str | None, now: int) -> list[Change]:
    """What a ledger learns at the start of a run of who logs in.

    ``login`` stands for the member's cookies, ``""`` for a visitor, ``None`` where nothing is
    asked for.
    """
    if login is None:
        return []
    salt, digest, _ = _read(ledger)
    if not login:
        return [NoteMade(_NOTE, "")] if digest else []
    if digest and secrets.compare_digest(digest, _hash(salt, login)):
        return []
    salt = secrets.token_hex(16)
    return [NoteMade(_NOTE, f"{salt}:{_hash(salt, login)}:{now}"), RightsChanged(now)]


def rights_since(ledger: Ledger) -> int:
    """Since when the member's rights are those of this run, in seconds since 1970; 0: ever."""
    since = _read(ledger)[2]
    return int(since) if since.isdigit() else 0


def _read(ledger: Ledger) -> tuple[str, str, str]:
    parts = (ledger.note(_NOTE) or "").split(":")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "", "")


def _hash(salt: str, login: str) -> str:
    return hashlib.sha256(f"{salt}:{login}".encode("utf-8", "surrogatepass")).hexdigest()
