"""Reads the pages of Discuz! X forums: bytes in, frozen dataclasses out.

No network, no clock, no settings, and no Scrapy: usable from a WARC file, Spark or a notebook.

>>> from datetime import datetime, timezone
>>> read_page(b"", url="https://bbs.example.org/", seen_at=datetime.now(timezone.utc)).reason
'not_discuz'
"""

from crawler.discuz.dispatch import explain_page, read_page

__all__ = ["explain_page", "read_page"]
