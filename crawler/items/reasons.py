"""The reasons of refusals, and what each of them means for a run."""

from __future__ import annotations

from typing import Literal, get_args

from crawler.discuz import facts

# What the core tells from a page, and what only the crawl can know.
Reason = facts.Reason | Literal["too_large", "robots_disallowed", "off_site", "unreachable"]
REASONS: tuple[str, ...] = tuple(
    reason for part in get_args(Reason) for reason in (get_args(part) or (part,))
)
# Refusals that may be gone the next time, without anybody doing anything.
RETRIABLE: frozenset[str] = facts.RETRIABLE | {"unreachable"}
# Refusals that are an answer: what was asked for is not there, or not for us.
DEFINITE: frozenset[str] = frozenset({"not_found", "login_required", "no_permission", "password"})
BLOCKS: frozenset[str] = frozenset({"challenge", "rate_limited", "ip_banned"})
FAILURES: frozenset[str] = frozenset({"server_error", "unreachable", "site_closed"})
# Refusals that mostly pass within seconds: the page is asked for again in the same run.
PASSING: frozenset[str] = RETRIABLE - {"site_closed"}


def reason_of(page: facts.Page) -> Reason | None:
    """Why a page is not what was asked for: what a message says, or that the page is cut off.

    ``None`` for a whole page of any other kind.
    """
    if isinstance(page, facts.Message):
        return page.reason
    if isinstance(page, facts.ThreadPage | facts.BoardPage | facts.IndexPage):
        return "truncated" if page.is_truncated else None
    return None
