"""What is said about a run: its exit status, progress and record."""

from crawler.reporting.exit_status import STATUSES, Ending, conclude, resumed_message
from crawler.reporting.progress import PROGRESS, Pace, Progress, in_words, printable
from crawler.reporting.site_record import Received, SiteRecord

__all__ = [
    "PROGRESS",
    "STATUSES",
    "Ending",
    "Pace",
    "Progress",
    "Received",
    "SiteRecord",
    "conclude",
    "in_words",
    "printable",
    "resumed_message",
]
