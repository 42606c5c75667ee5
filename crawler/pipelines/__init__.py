"""Item pipelines; Scrapy finds them by their path in the settings."""

from crawler.items.adapter import register

register()
