"""The reasons of refusals, each once, with what it means for a run."""

from __future__ import annotations

from enum import Flag, auto
from typing import Literal, get_args

from crawler.discuz import facts

# What the core tells from a page, and what only the crawl can know.
Reason = facts.Reason | Literal["too_large", "robots_disallowed", "off_site", "unreachable"]


class Meaning(Flag):
    """How a run treats a reason.

    RETRIABLE: it says nothing of the thing itself, so it is asked for again. DEFINITE: the forum's
    answer; what was asked for is not there, or not for us. BLOCK: somebody wants no more requests.
    FAILURE: the forum is down.
    """

    NONE = 0
    RETRIABLE = auto()
    DEFINITE = auto()
    BLOCK = auto()
    FAILURE = auto()


_PASSING_BLOCK = Meaning.RETRIABLE | Meaning.BLOCK
_PASSING_FAILURE = Meaning.RETRIABLE | Meaning.FAILURE

MEANINGS: dict[Reason, Meaning] = {
    "not_found": Meaning.DEFINITE,
    "login_required": Meaning.DEFINITE,
    "no_permission": Meaning.DEFINITE,
    "password": Meaning.DEFINITE,
    "unknown_notice": Meaning.RETRIABLE,
    "site_closed": _PASSING_FAILURE,
    "ip_banned": _PASSING_BLOCK,
    "rate_limited": _PASSING_BLOCK,
    "challenge": _PASSING_BLOCK,
    "blocked": _PASSING_BLOCK,
    "server_error": _PASSING_FAILURE,
    "not_discuz": Meaning.RETRIABLE,
    "template_unknown": Meaning.RETRIABLE,
    "truncated": Meaning.RETRIABLE,
    "too_large": Meaning.RETRIABLE,
    "robots_disallowed": Meaning.NONE,
    "off_site": Meaning.RETRIABLE,
    "unreachable": _PASSING_FAILURE,
}

REASONS: tuple[str, ...] = tuple(
    reason for part in get_args(Reason) for reason in (get_args(part) or (part,))
)


def _those(meaning: Meaning) -> frozenset[str]:
    return frozenset(reason for reason, what in MEANINGS.items() if meaning in what)


RETRIABLE = _those(Meaning.RETRIABLE)
DEFINITE = _those(Meaning.DEFINITE)
BLOCKS = _those(Meaning.BLOCK)
FAILURES = _those(Meaning.FAILURE)
# Refusals that may pass within seconds: the page is asked for again at once. (Scrapy itself asks
# again where no answer came.)
PASSING: frozenset[str] = frozenset({"rate_limited", "challenge", "server_error", "truncated"})


def reason_of(page: facts.Page) -> Reason | None:
    """Why a page is not what was asked for: what a message says, or that the page is cut off.

    ``None`` for a whole page of any other kind.
    """
    if isinstance(page, facts.Message):
        return page.reason
    if isinstance(page, facts.ThreadPage | facts.BoardPage | facts.IndexPage):
        return "truncated" if page.is_truncated else None
    return None
