"""Requests out, pages in."""

from crawler.items.adapter import register

register()
