"""HTML pages for people: one run, and all runs of a site as a time line.

What goes in are records (`runs/<run>.json`). They become plain values in `report_values.py`; the
markup is in `templates/`. A page has no scripts and no outside parts, and its
Content-Security-Policy forbids both. All words of a record are text: Jinja escapes them, and
control characters are replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crawler.reporting.charts import HEIGHT
from crawler.reporting.formats import grouped, percent, size
from crawler.reporting.progress import printable
from crawler.reporting.report_values import TOTALS, Record, page_of, summary_of
from crawler.reporting.run_charts import site_charts

# Room above the tallest bar of a chart, in pixels: half a line of text.
_CHART_TOP = 8
# The time line shows the last runs, a year of nightly ones.
_RUNS = 400


def run_page(record: Record, before: Record | None = None) -> str:
    """The page of one run; ``before`` is the record of the run before it, if there is one."""
    return _templates().get_template("run.html").render(run=page_of(record, before or {}))


def overview_page(site: str, records: Sequence[Record]) -> str:
    """All runs of a site, given from the oldest to the newest, as a time line; each is linked."""
    runs = [summary_of(record) for record in records[-_RUNS:]]
    charts = site_charts(
        [run.began for run in runs],
        {name: [run.numbers[place] or 0 for run in runs] for place, name in enumerate(TOTALS)},
    )
    template = _templates().get_template("time_line.html")
    return template.render(site=site, names=TOTALS, runs=runs[::-1], charts=charts)


@cache
def _templates() -> Environment:
    """The templates of this package; a name that is not given to one is an error."""
    environment = Environment(
        loader=PackageLoader("crawler.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    environment.globals.update(height=HEIGHT, top=_CHART_TOP)
    environment.filters.update(grouped=grouped, percent=percent, size=size)
    return environment


def _shown(value: Any) -> str:
    """Each value on its way into a page: markup of our macros as it is, all else made printable."""
    return value if isinstance(value, Markup) else printable(str(value))
