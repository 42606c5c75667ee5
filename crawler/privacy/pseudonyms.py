"""Names of members: when two are the same, and what stands in their place."""

from __future__ import annotations

import base64
import hmac
import unicodedata
from functools import lru_cache


def folded(text: str) -> str:
    """A text without regard to case or width. It may be longer: ㈱ is (株), ß is ss."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def same_name(name: str) -> str:
    """A name as the forum compares it: without regard to case or width.

    >>> same_name("Ｌilac ") == same_name("lilac")
    True
    """
    return folded(name).strip()


@lru_cache(maxsize=4096)
def pseudonym(name: str, salt: bytes) -> str:
    """The pseudonym of a name; the same for each way of writing it.

    >>> pseudonym("Lilac", b"salt") == pseudonym("lilac", b"salt") != pseudonym("lilac", b"other")
    True
    """
    # sixty bits: among a million members two share a pseudonym once in two million forums
    digest = hmac.digest(salt, same_name(name).encode("utf-8", "surrogatepass"), "sha256")
    return f"user-{base64.b32encode(digest[:8]).decode().lower()[:12]}"
