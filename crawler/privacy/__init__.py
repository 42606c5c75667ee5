"""What is published of people: pseudonyms, hidden names, the removal list."""

from crawler.privacy.policy import WHOLE, Privacy, redacted_line, redacted_record
from crawler.privacy.removal_list import BadRemovalsError
from crawler.privacy.site import (
    PrivacyError,
    check_privacy,
    names_learnt,
    open_privacy,
    read_privacy,
)

__all__ = [
    "WHOLE",
    "BadRemovalsError",
    "Privacy",
    "PrivacyError",
    "check_privacy",
    "names_learnt",
    "open_privacy",
    "read_privacy",
    "redacted_line",
    "redacted_record",
]
