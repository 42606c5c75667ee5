"""Why our pipelines drop an item; every other `DropItem` is another pipeline's decision."""

from __future__ import annotations

from scrapy.exceptions import DropItem


class BrokenLine(DropItem):
    """A line that breaks the schema; ``problems`` says how. It is kept in `rejected-*.jsonl`."""

    def __init__(self, item_id: str, problems: list[str]) -> None:
        super().__init__(f"{item_id} is kept in rejected-*.jsonl", log_level="DEBUG")
        self.problems = problems


class NothingNew(DropItem):
    """A line of which all was published before."""

    def __init__(self, item_id: str) -> None:
        super().__init__(f"{item_id} is unchanged", log_level="DEBUG")


class Postponed(DropItem):
    """A line whose files did not come before the run ends; its page is left to the next run."""

    def __init__(self, item_id: str) -> None:
        super().__init__(f"{item_id} waits for its files", log_level="DEBUG")
