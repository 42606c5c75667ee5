"""The present state of a site: as JSON lines, and in the formats that other tools read."""

from __future__ import annotations

from crawler.exports.formats import FORMATS, Format
from crawler.exports.snapshot import read_snapshot, write_snapshot

__all__ = ["FORMATS", "Format", "read_snapshot", "write_snapshot"]
