"""The parts of a post: who wrote what, when, as which floor, and what stands below it.

Readers of pages use `read_floor` where a page has Discuz's desktop markup, else `read_body` and
the smaller parts beside it; `in_order` numbers the posts of a page, `numbered_after` those of a
page that is read after others. `render_text` and `render_html` are what is published of a body;
`read_html` reads the latter back.
"""

from crawler.discuz.post.body import read_body
from crawler.discuz.post.floor import read_floor
from crawler.discuz.post.flow import paragraphs
from crawler.discuz.post.numbering import in_order, numbered_after
from crawler.discuz.post.quotes import split_quote, with_copied_quotes
from crawler.discuz.post.render_html import read_html, render_html, with_paths
from crawler.discuz.post.render_markdown import render_markdown
from crawler.discuz.post.render_text import render_text
from crawler.discuz.post.special import read_special, read_type_options

__all__ = [
    "in_order",
    "numbered_after",
    "paragraphs",
    "read_body",
    "read_floor",
    "read_html",
    "read_special",
    "read_type_options",
    "render_html",
    "render_markdown",
    "render_text",
    "split_quote",
    "with_copied_quotes",
    "with_paths",
]
