"""Commands of `scrapy`; Scrapy takes every class of a command that it finds here."""
