"""What each element in a cell means; `enter` begins an element."""

from crawler.discuz.post.markup.meanings import enter

__all__ = ["enter"]
