"""Which page is asked for next, what comes of it, and when a run stops."""

from crawler.frontier.answer import Answer
from crawler.frontier.config import Budget, Config, Limits
from crawler.frontier.obstacles import Stopped
from crawler.frontier.options import (
    OPTIONS,
    BadOptionsError,
    Options,
    check_address,
    file_path,
    is_file,
    read_options,
)
from crawler.frontier.refusals import kind_of
from crawler.frontier.remarks import RaisedAlarm
from crawler.frontier.run import Run, RunEndsError, run_of
from crawler.frontier.saved_pages import saved_page
from crawler.frontier.site import NotedRefusal, Site
from crawler.frontier.template_drift import Sample
from crawler.frontier.visit import Visit

__all__ = [
    "OPTIONS",
    "Answer",
    "BadOptionsError",
    "Budget",
    "Config",
    "Limits",
    "NotedRefusal",
    "Options",
    "RaisedAlarm",
    "Run",
    "RunEndsError",
    "Sample",
    "Site",
    "Stopped",
    "Visit",
    "check_address",
    "file_path",
    "is_file",
    "kind_of",
    "read_options",
    "run_of",
    "saved_page",
]
