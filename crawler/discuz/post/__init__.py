"""The parts of a post: who, when, which floor, what it says, and what others said of it."""

from crawler.discuz.post.numbering import numbered_after

__all__ = ["numbered_after"]
