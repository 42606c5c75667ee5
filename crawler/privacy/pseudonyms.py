"""Names of members: when two are the same, and what stands in their place."""

from __future__ import annotations

import base64
import hmac
import unicodedata


def same_name(name: str) -> str:
    """A name as the forum compares it: without regard to case or width.

    >>> same_name("Ｌilac ") == same_name("lilac")
    True
    """
    return unicodedata.normalize("NFKC", name).casefold().strip()


def pseudonym(name: str, salt: bytes) -> str:
    """What a name becomes; the same for each way of writing it.

    >>> pseudonym("Lilac", b"salt") == pseudonym("lilac", b"salt") != pseudonym("lilac", b"other")
    True
    """
    # sixty bits tell a million members apart
    digest = hmac.digest(salt, same_name(name).encode("utf-8", "surrogatepass"), "sha256")
    return f"user-{base64.b32encode(digest[:8]).decode().lower()[:12]}"
