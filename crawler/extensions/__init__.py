"""What runs beside a crawl; Scrapy finds it by its path in the settings."""
