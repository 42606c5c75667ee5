"""One module a face: each reads what one template shows, `skeleton.py` does the rest."""

from crawler.discuz.readers.ajax import whole_url, with_parts

__all__ = ["whole_url", "with_parts"]
