"""What is published: the kinds of lines, how facts become lines, the reasons of refusals."""

import sys

from crawler.items.authorship import is_other_author, known_author, written_by
from crawler.items.build import (
    board_coverage_line,
    content_hash,
    coverage_line,
    deleted_line,
    post_lines,
    range_coverage_line,
    refusal_id,
    refusal_line,
)
from crawler.items.lines import (
    KINDS,
    SCHEMA_VERSION,
    Article,
    Coverage,
    Line,
    Post,
    Record,
    Refusal,
    to_json,
)
from crawler.items.marks import Mark
from crawler.items.reasons import BLOCKS, DEFINITE, FAILURES, REASONS, RETRIABLE, Reason

__all__ = [
    "BLOCKS",
    "DEFINITE",
    "FAILURES",
    "KINDS",
    "REASONS",
    "RETRIABLE",
    "SCHEMA_VERSION",
    "Article",
    "Coverage",
    "Line",
    "Mark",
    "Post",
    "Reason",
    "Record",
    "Refusal",
    "board_coverage_line",
    "content_hash",
    "coverage_line",
    "deleted_line",
    "is_other_author",
    "known_author",
    "post_lines",
    "range_coverage_line",
    "refusal_id",
    "refusal_line",
    "to_json",
    "written_by",
]

# Scrapy is there before it loads a spider; without Scrapy nobody needs the adapter.
if "scrapy" in sys.modules:
    from crawler.items.adapter import register

    register()
