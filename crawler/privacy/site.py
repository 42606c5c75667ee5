"""How lines of one site are published: settings, salt and removal list of its folder."""

from __future__ import annotations

import json
import logging
import secrets
from pathlib import Path

from crawler.archive import Records, SiteArchive, segment_paths
from crawler.archive import read_note as note_of
from crawler.archive.changes import NoteMade
from crawler.archive.state import LEDGER
from crawler.privacy.policy import Privacy
from crawler.privacy.removal_list import Removals, read_removals

logger = logging.getLogger(__name__)
AUTHORS = ("keep", "pseudonym", "drop")
LOCATION = ("keep", "drop")
# the ledger's note of `names_learnt`
_LISTED = "listed"


class PrivacyError(ValueError):
    """Settings that cannot be followed; the message is one line for the user."""


def open_privacy(archive: SiteArchive, authors: str, location: str) -> Privacy:
    """How a crawl publishes into a site's folder. Raises `PrivacyError`, `BadRemovalsError`.

    A folder keeps to the setting it was begun with: names in older lines would reveal whom the
    pseudonyms in newer ones stand for.
    """
    check_privacy(authors, location)
    ledger, folder = archive.ledger, archive.folder
    begun = ledger.note("authors") or ("keep" if ledger.segments() else authors)
    if begun != authors:
        raise PrivacyError(
            f"AUTHORS={authors}: {folder} was begun with AUTHORS={begun}, and keeps to it; choose"
            " another DATA_DIR, or export with AUTHORS"
        )
    salt = ledger.note("salt")
    if salt is None:
        if ledger.segments() and authors == "pseudonym":
            logger.warning("%s: its salt is lost; authors get new pseudonyms from now on", folder)
        salt = secrets.token_hex(32)
        ledger.apply([NoteMade("salt", salt), NoteMade("authors", authors)])
    removals = _removals(folder, bytes.fromhex(salt), ledger.note(_LISTED))
    if removals.authors:
        ledger.apply([names_learnt(removals)])
    return Privacy(authors, location == "keep", bytes.fromhex(salt), removals)


def read_privacy(folder: Path, authors: str, location: str) -> Privacy:
    """How a snapshot or an export publishes a folder's lines.

    Raises `PrivacyError`, `BadRemovalsError`, `OSError`.
    """
    check_privacy(authors, location)
    salt = note_of(folder / LEDGER, "salt")
    if authors == "pseudonym" and salt is None:
        raise PrivacyError(f"AUTHORS=pseudonym: {folder / LEDGER} has no salt; crawl the site once")
    removals = _removals(folder, bytes.fromhex(salt or ""), note_of(folder / LEDGER, _LISTED))
    return Privacy(authors, location == "keep", bytes.fromhex(salt or ""), removals)


def names_learnt(removals: Removals) -> NoteMade:
    """The ledger change that stores the pseudonyms of listed members."""
    borne = {number: sorted(removals.borne.get(number, ())) for number in removals.authors}
    return NoteMade(_LISTED, json.dumps(borne))


def _removals(folder: Path, salt: bytes, note: str | None) -> Removals:
    """A folder's list, with the names of members whose lines were stored before the listing."""
    removals = read_removals(folder, salt)
    known: dict[str, list[str]] = json.loads(note or "{}")
    removals.borne.update(
        {number: set(borne) for number, borne in known.items() if number in removals.authors}
    )
    if removals.authors - known.keys():
        for kind in ("article", "post"):
            for path in segment_paths(folder, kind):
                lines = Records(path)
                for _, record in lines:
                    with lines.passing_over():
                        author = record.get("author", {})
                        removals.learn(author.get("id"), author.get("name"))
    return removals


def check_privacy(authors: str, location: str) -> None:
    """Raises `PrivacyError` where a setting has a value that does not exist."""
    for name, value, allowed in (
        ("AUTHORS", authors, AUTHORS),
        ("LOCATION", location, LOCATION),
    ):
        if value not in allowed:
            raise PrivacyError(f"{name}={value}: say {' or '.join(allowed)}")
