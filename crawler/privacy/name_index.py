"""Finds known names in texts, however they are written there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from crawler.privacy.pseudonyms import folded

# A sign with the accents behind it, which only together are one: e + U+0301, ｶ + ﾞ
_SIGN = re.compile(r"(?s).[\u0300-\u036f\u3099\u309a\uff9e\uff9f]{0,8}")
# More names than these are all looked for at once: one by one, a page of ten thousand raters and
# comments would take minutes.
_FEW = 30
# The forum allows 15 characters. Of what is longer the beginning is looked for, so that a page full
# of names costs no more than these lengths for each sign of its texts.
_LONGEST = 60
_ALPHANUMERIC = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


class NameIndex:
    """Names to be found in texts, whatever their case and width.

    A name that begins or ends with a Latin letter or a digit is not found within a longer word:
    ann does not stand in annual.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        """``names`` by what `same_name` makes of them."""
        self._names = {name[:_LONGEST]: names[name] for name in names}

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(name) for name in self._names}, reverse=True)

    @cached_property
    def _first_signs(self) -> set[str]:
        return {name[0] for name in self._names}

    def replace(self, text: str, replacement: Callable[[str], str]) -> str:
        """Put what ``replacement`` gives for a name wherever that name stands in ``text``.

        The longest name counts where several begin at the same place.
        """
        if not self._names or not self._may_stand_in(folded(text)):
            return text
        # the name ㈱三 may stand as (株)三: which sign of the text is each folded sign from?
        signs = _SIGN.findall(text)
        origin = [at for at, sign in enumerate(signs) for _ in folded(sign)]
        pieces: list[str] = []
        done = 0
        for start, end, name in self._found("".join(map(folded, signs))):
            first, behind = origin[start], origin[end - 1] + 1
            pieces += signs[done:first]
            pieces.append(replacement(name))
            done = max(behind, done)
        return "".join([*pieces, *signs[done:]])

    def _may_stand_in(self, text: str) -> bool:
        if len(self._names) > _FEW:
            return True
        for name in self._names:  # noqa: SIM110 - any() takes twice the time
            if name in text:
                return True
        return False

    def _found(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and name of each name in a folded text, none within another."""
        at = 0
        while at < len(text):
            end = self._end_of_name(text, at) if text[at] in self._first_signs else None
            if end is None:
                at += 1
            else:
                yield at, end, self._names[text[at:end]]
                at = end

    def _end_of_name(self, text: str, start: int) -> int | None:
        if start and _is_within_word(text, start):
            return None
        for length in self._lengths:
            end = start + length
            if end > len(text) or text[start:end] not in self._names:
                continue
            if length == _LONGEST or not _is_within_word(text, end):
                return end
        return None


def _is_within_word(text: str, at: int) -> bool:
    """Whether a Latin word or a number goes on at this place."""
    return text[at - 1 : at] in _ALPHANUMERIC and text[at : at + 1] in _ALPHANUMERIC
