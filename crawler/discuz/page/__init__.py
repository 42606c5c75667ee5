"""What every page of a forum has: site, address, place in the pager, heading, traits."""

from crawler.discuz.page.traits import read_traits

__all__ = ["read_traits"]
