"""Requests out, pages in."""
