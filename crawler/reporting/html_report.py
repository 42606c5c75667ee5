"""The record of a run as one HTML page, and all runs of a site as a time line.

A page without scripts and without outside parts, readable on a phone. Whatever comes from the forum
is text in it, and nothing it holds can be asked for or run: its own policy forbids that.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import pygal
from pygal.style import Style

from crawler.frontier.template_drift import READ
from crawler.reporting.progress import in_words, printable

# pygal hooks itself into Python's imports for plugins that nobody has here; Python 3.11 warns of
# that hook at every import that comes after.
sys.meta_path[:] = [
    finder for finder in sys.meta_path if type(finder).__module__.partition(".")[0] != "pygal"
]

Record = dict[str, Any]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_CSS = """
:root { color-scheme: light dark; --line: #8884; --good: #2a7d3f; --bad: #b3261e; --dim: #777; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
.dim { color: var(--dim); } .good { color: var(--good); } .bad { color: var(--bad); }
.numbers { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0; padding: 0; }
.numbers div { min-width: 5rem; } .numbers b { display: block; font-size: 1.5rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top; }
td { border-top: 1px solid var(--line); overflow-wrap: anywhere; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: 0; } svg { width: 100%; height: auto; }
code { font-size: .8rem; overflow-wrap: anywhere; }
"""
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#777",
    foreground_strong="#777",
    foreground_subtle="#777",
    colors=("#4078c0", "#c07840"),
    font_family="system-ui, sans-serif",
    label_font_size=14,
    major_label_font_size=14,
    legend_font_size=14,
    title_font_size=16,
)
# More days than these are drawn as months.
_DAYS = 92
_RUNS = 400
# So many signs below a chart can be read.
_SIGNS = 45


def run_page(record: Record, before: Record | None = None) -> str:
    """The page of one run; ``before`` is the run before it, where there was one."""
    site = record.get("site", "")
    parts = [
        _head(record),
        _numbers(record),
        _section("What was asked", _table(_asked(record))),
        _section("Completeness", *_completeness(record)),
        _section("New posts", *_new_posts(record)),
        _section("Pace", *_pace(record)),
        _section("Refusals", *_refusals(record)),
        *_media(record),
        _section("Fields found", *_fields(record, before)),
        _section("Segments", *_segments(record)),
        _section("Manners", *_manners(record)),
        _section("Versions", _table(record.get("versions", {}).items())),
    ]
    return _page(f"{site} {record['run_id']}", "".join(parts))


def overview_page(site: str, records: Sequence[Record]) -> str:
    """All runs of a site as a time line, the newest first; each is linked."""
    runs = list(records)[-_RUNS:]
    chart = _bars(
        [record["began"][:10] for record in runs],
        {
            "new posts": [sum(record.get("new", {}).values()) for record in runs],
            "requests": [sum(record.get("requests", {}).values()) for record in runs],
        },
    )
    rows = (
        "<tr>"
        f'<td><a href="{_text(record["run_id"])}.html">{_text(_when(record))}</a></td>'
        f'<td class="{_mood(record)}">{_text(record["status_means"])}</td>'
        + "".join(
            f'<td class="n">{number:,}</td>'
            for number in (
                sum(record.get("new", {}).values()),
                sum(record.get("changed", {}).values()),
                sum(record.get("deleted", {}).values()),
                sum(record.get("refused", {}).values()),
                sum(record.get("requests", {}).values()),
            )
        )
        + f'<td class="n">{_text(in_words(record["seconds"]))}</td></tr>'
        for record in reversed(runs)
    )
    names = ("new", "changed", "deleted", "refused", "requests", "took")
    head = "<th>run</th><th>status</th>" + "".join(f'<th class="n">{name}</th>' for name in names)
    table = f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div>'
    return _page(site, f"<h1>{_text(site)}</h1><p class=dim>{len(runs):,} runs</p>{chart}{table}")


# -- sections -----------------------------------------------------------------------------------


def _head(record: Record) -> str:
    said = "".join(f"<p>{_text(line)}</p>" for line in record.get("said", []))
    return (
        f"<h1>{_text(record.get('site', ''))}</h1>"
        f'<p class="dim">{_text(_when(record))}, {_text(in_words(record["seconds"]))}</p>'
        f'<p class="{_mood(record)}"><b>{_text(record["status_means"])}</b>'
        f" (status {_text(record['status'])})</p>{said}"
    )


def _asked(record: Record) -> Iterable[tuple[str, Any]]:
    for name, value in record.get("asked", {}).items():
        # what is as it mostly is needs no row
        if (name, value) != ("with_replies", True):
            yield name.replace("_", " "), value


def _numbers(record: Record) -> str:
    new, changed, deleted = (record.get(what, {}) for what in ("new", "changed", "deleted"))
    told = {
        "articles": new.get("article", 0),
        "replies": new.get("post", 0),
        "changed": sum(changed.values()),
        "deleted": sum(deleted.values()),
        "refused": sum(record.get("refused", {}).values()),
        "threads read": record.get("threads_read", 0),
        "as they were": record.get("threads_unchanged", 0),
        "looked at again": record.get("pages_revisited", 0),
        "requests": sum(record.get("requests", {}).values()),
    }
    items = "".join(f"<div><b>{number:,}</b>{name}</div>" for name, number in told.items())
    return f'<div class="numbers">{items}</div>'


def _completeness(record: Record) -> Iterable[str]:
    told = record.get("coverage", {})
    if not told:
        yield "<p>No thread was read to its end.</p>"
        return
    yield f"<p>{', '.join(f'{number:,} {_text(name)}' for name, number in told.items())}</p>"
    rows = [
        (
            _link(each["url"], each["thread_id"]),
            _text(f"{each['captured']:,} of {each['expected']:,}" if "expected" in each else "?"),
            _text(", ".join(map(str, each.get("missing", [])[:20])) or "not told"),
        )
        for each in record.get("incomplete", [])
    ]
    if rows:
        yield _rows(("thread", "posts captured", "missing floors"), rows)


def _new_posts(record: Record) -> Iterable[str]:
    days: dict[str, int] = record.get("posts_by_day", {})
    if not days:
        yield "<p>None.</p>"
        return
    by = days
    if len(days) > _DAYS:
        by = {}
        for day, number in days.items():
            by[day[:7]] = by.get(day[:7], 0) + number
    yield _bars(list(by), {"a month" if by is not days else "a day": list(by.values())})
    hours: dict[str, int] = record.get("posts_by_hour", {})
    clock = [f"{hour:02}" for hour in range(24)]
    yield _bars(clock, {"by hour of the day": [hours.get(hour, 0) for hour in clock]})


def _pace(record: Record) -> Iterable[str]:
    told = record.get("timeline", {})
    pages: list[int] = told.get("pages", [])
    if not pages:
        yield "<p>No page came.</p>"
        return
    step = told["seconds"]
    at = [in_words(step * number) for number in range(len(pages))]
    yield _bars(at, {"pages a minute": [round(60 * number / step, 1) for number in pages]})
    yield _bars(at, {"latency in seconds": told["latency"]})


def _refusals(record: Record) -> Iterable[str]:
    refused: dict[str, int] = record.get("refused", {})
    if not refused:
        yield "<p>None.</p>"
        return
    examples: dict[str, list[Record]] = record.get("refusal_examples", {})
    rows = []
    for reason, number in refused.items():
        shown = "<br>".join(
            _link(each["url"], each["url"]) + f' <span class="dim">{_text(each["said"])}</span>'
            for each in examples.get(reason, [])
        )
        rows.append((_text(reason), f"{number:,}", shown))
    yield _rows(("reason", "n", "for example"), rows)


def _media(record: Record) -> Iterable[str]:
    """Pictures and files, if any were asked for."""
    told = record.get("media", {})
    refused: dict[str, int] = told.get("refused", {})
    if told.get("stored") or refused:
        yield _section(
            "Pictures and files",
            f"<p>{told['stored']:,} kept ({_size(told['bytes'])})</p>",
            _rows(
                ("reason", "n"),
                [(_text(reason), f"{number:,}") for reason, number in refused.items()],
            )
            if refused
            else "",
        )


def _fields(record: Record, before: Record | None) -> Iterable[str]:
    fields: dict[str, Record] = record.get("fields", {})
    known: dict[str, Record] = (before or {}).get("fields", {})
    for alarm in record.get("alarms", []):
        yield (
            f'<p class="bad">{_text(alarm["trait"])} on {alarm["known"]:,} of'
            f" {alarm['known_of']:,} {_text(alarm['kind'])} pages until {_text(alarm['since'])},"
            f" on {alarm['now']:,} of {alarm['now_of']:,} now</p>"
        )
    for kind, told in fields.items():
        rows = []
        earlier = known.get(kind, {})
        for name, number in told["found"].items():
            was = _share(earlier.get("found", {}).get(name, 0), earlier.get("pages", 0))
            said = "read at all" if name == READ else name
            rows.append((_text(said), _share(number, told["pages"]), was))
        title = f"{kind} pages ({told['pages']:,})"
        yield _rows((title, "n:this run", "n:the run before"), rows)
    if not fields:
        yield "<p>No page was read.</p>"


def _segments(record: Record) -> Iterable[str]:
    rows = [
        (_text(each["name"]), _size(each["length"]), f"<code>{_text(each['sha256'])}</code>")
        for each in record.get("segments", [])
    ]
    yield _rows(("grew", "n:size", "sha256"), rows) if rows else "<p>None grew.</p>"


def _manners(record: Record) -> Iterable[str]:
    statuses = ", ".join(f"{number:,}x {code}" for code, number in record["requests"].items())
    size = _size(sum(record.get("bytes", {}).values()))
    told = {
        "answers": f"{statuses} ({size})",
        "asked again": record.get("asked_again", 0),
        **record.get("manners", {}),
    }
    yield _table(told.items())
    hosts = record.get("hosts", {})
    if hosts:
        yield _rows(
            ("host", "n:requests"), [(_text(host), f"{number:,}") for host, number in hosts.items()]
        )


# -- markup -------------------------------------------------------------------------------------


def _page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{_text(title)}</title><style>{_CSS}</style></head><body>{body}</body></html>\n"
    )


def _section(title: str, *parts: str) -> str:
    return f"<h2>{title}</h2>{''.join(parts)}"


def _table(facts: Iterable[tuple[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{_text(name)}</td><td>{_said(value)}</td></tr>" for name, value in facts
    )
    return f'<div class="wide"><table>{rows}</table></div>' if rows else "<p>Nothing.</p>"


def _rows(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; columns of numbers are named ``n`` or ``n:…``, cells are markup already."""
    numeric = [name == "n" or name.startswith("n:") for name in names]
    head = "".join(
        f"<th{' class=n' * is_number}>{_text(name.removeprefix('n:'))}</th>"
        for name, is_number in zip(names, numeric, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=n' * is_number}>{cell}</td>"
            for cell, is_number in zip(row, numeric, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _bars(labels: Sequence[str], series: dict[str, Sequence[float | None]]) -> str:
    chart = pygal.Bar(
        style=_STYLE,
        js=[],
        width=640,
        height=220,
        truncate_label=-1,
        margin=4,
        legend_at_bottom=True,
        disable_xml_declaration=True,
        x_labels=[printable(label) for label in labels],
        show_minor_x_labels=False,
        x_labels_major_count=min(_SIGNS // max(map(len, labels), default=1), len(labels)) or None,
        min_scale=2,
        max_scale=5,
        include_x_axis=True,
    )
    for name, values in series.items():
        chart.add(name, values)
    tree = chart.render_tree()
    for script in list(tree.iter("script", "{http://www.w3.org/2000/svg}script")):
        script.getparent().remove(script)
    for part in list(tree.iter("{*}desc")):  # what its scripts would show
        part.getparent().remove(part)
    return f"<figure>{_serialized(tree)}</figure>"


def _serialized(tree: Any) -> str:
    from lxml import etree  # noqa: PLC0415 - pygal's trees are lxml's

    etree.strip_tags(tree, etree.Comment)
    return etree.tostring(tree, encoding="unicode")


def _link(url: str, said: str) -> str:
    if not url.startswith(("http://", "https://")):
        return _text(said)
    return f'<a href="{_text(url)}" rel="noreferrer">{_text(said)}</a>'


def _said(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "<br>".join(_text(each) for each in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _text(value: Any) -> str:
    return html.escape(printable(str(value)), quote=True)


def _when(record: Record) -> str:
    return str(record["began"])[:16].replace("T", " ") + " UTC"


def _mood(record: Record) -> str:
    return "bad" if record["status"] else "good"


def _share(number: int, of: int) -> str:
    return f"{100 * number / of:.0f} %" if of else "-"


def _size(number: int) -> str:
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:,.0f} {unit}" if unit == "B" else f"{number:,.1f} {unit}"
        number = number / 1000  # type: ignore[assignment]
    return f"{number:,.1f} GB"
