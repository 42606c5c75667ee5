"""Item pipelines; Scrapy finds them by their path in the settings."""
