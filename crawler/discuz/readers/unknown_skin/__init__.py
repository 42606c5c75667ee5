"""Threads in a skin that none of the other readers knows: by what no skin can do without."""

from crawler.discuz.readers.unknown_skin.reader import UNKNOWN_SKIN

__all__ = ["UNKNOWN_SKIN"]
