"""Markdown: a file for each thread in a folder for each board, with front matter.

The words of members stay text (`render_markdown`), and they cannot choose the name of a file.
"""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from crawler.archive import replaced_folder
from crawler.archive.media_store import STORED_PATH
from crawler.discuz.post import paragraphs, read_html, render_markdown
from crawler.discuz.post.render_markdown import (
    escaped,
    escaped_line,
    quoted_address,
    without_controls,
)
from crawler.exports.threads import by_thread

Record = dict[str, Any]

# what no name of a file may hold: / in ../../x, spaces, 【】
_UNSAFE = re.compile(r"[^\w-]+")
# A name of a file may have 255 bytes; a Chinese character takes three.
_LONGEST_NAME = 60
# Front matter: its names, each with the field of the line.
_FRONT = (
    ("title", "headline"),
    ("date", "date_published"),
    ("modified", "date_modified"),
    ("category", "category"),
    ("source", "source"),
    ("url", "url"),
    ("thread_id", "thread_id"),
    ("views", "views"),
    ("replies", "replies"),
    ("location", "location"),
)


def write_markdown(records: Iterator[Record], path: Path, site: Path) -> tuple[int, int]:
    """Write a folder with a file for each thread; posts are written one by one.

    The kept pictures and files of these threads are copied into it.
    """
    threads = posts = 0
    with replaced_folder(path) as folder:
        for article, replies in by_thread(records):
            first = article or next(replies)
            place = folder / _board_name(first)
            place.mkdir(exist_ok=True)
            with (place / _file_name(first)).open("w", encoding="utf-8") as file:
                _front_matter(file, first)
                if article:
                    file.write(f"# {escaped_line(article.get('headline', ''))}\n\n")
                _copy_kept_files(first, site, folder)
                _post(file, first, is_first=article is not None)
                posts += 1
                for reply in replies:
                    _copy_kept_files(reply, site, folder)
                    _post(file, reply)
                    posts += 1
            threads += 1
    return threads, posts


def _copy_kept_files(record: Record, site: Path, folder: Path) -> None:
    """Copy the files of a post into the folder; links would let changes reach the archive."""
    for part in (*record.get("images", []), *record.get("attachments", [])):
        name = _kept_path(part)
        source, target = site / (name or ""), folder / (name or "")
        if not name or target.exists() or not source.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _kept_path(part: Record) -> str | None:
    """Return the path of a picture or file below the site's folder, if it is kept there."""
    path = part.get("path", "")
    return path if STORED_PATH.fullmatch(path) else None


# -- names of files ---


def _file_name(record: Record) -> str:
    number = slug(record.get("thread_id", "")) or "thread"
    title = slug(record.get("headline", "")) if record["item_type"] == "article" else ""
    return f"{number}-{title}.md" if title else f"{number}.md"


def _board_name(record: Record) -> str:
    board = record.get("board", {})
    parts = filter(None, (slug(str(board.get("id", ""))), slug(board.get("name", ""))))
    return "-".join(parts) or "no-board"


def slug(text: str) -> str:
    """Return the letters and digits of a text, of any script, with hyphens between: part of a name.

    >>> slug("../../etc/passwd"), slug("【公告】社区 管理规定"), slug("\u202e.exe")
    ('etc-passwd', '公告-社区-管理规定', 'exe')
    """
    plain = unicodedata.normalize("NFKC", text)
    return _UNSAFE.sub("-", plain)[:_LONGEST_NAME].strip("-_").lower()


# -- their content ---


def _front_matter(file: TextIO, record: Record) -> None:
    # YAML takes strings as JSON writes them
    facts = {name: record[field] for name, field in _FRONT if field in record}
    author, board = record.get("author", {}), record.get("board", {})
    facts |= {"author": author.get("name"), "board": board.get("name")}
    facts |= {"tags": record.get("tags")}
    coverage = record.get("coverage")
    facts |= {"is_complete": coverage.get("status") == "complete" if coverage else None}
    file.write("---\n")
    for name, value in facts.items():
        if value is not None:
            file.write(f"{name}: {without_controls(json.dumps(value, ensure_ascii=False))}\n")
    file.write("---\n\n")


def _post(file: TextIO, post: Record, *, is_first: bool = False) -> None:
    if not is_first:
        label = post.get("floor_label") or (f"{post['position']}#" if "position" in post else "")
        name = post.get("author", {}).get("name", "")
        parts = [label, name, post.get("date_published", "")]
        file.write(f"\n## {escaped_line(' · '.join(filter(None, parts)))}\n\n")
        if post.get("headline"):
            file.write(f"**{escaped_line(post['headline'])}**\n\n")
    if post.get("text_html"):
        file.write(render_markdown(read_html(post["text_html"]), _place) + "\n")
    else:
        _post_without_html(file, post)
    comments = post.get("comments", [])
    if comments:
        file.write("\n")
    for comment in comments:
        # as a list below the post: **半壶老酒** · 2017-6-1: 同去
        name = f"**{escaped_line(comment['author'])}**" if comment.get("author") else ""
        head = " · ".join(filter(None, (name, comment.get("date"))))
        words = "  \n  ".join(escaped_line(line) for line in comment.get("text", "").split("\n"))
        file.write(f"- {f'{head}: ' if head else ''}{words}\n")


def _post_without_html(file: TextIO, post: Record) -> None:
    """A post of a line without `text_html`: all that is no text stands above or below it."""
    for quoted in post.get("quotes", []):
        read = " ".join(filter(None, (quoted.get("author"), quoted.get("date"))))
        named = quoted.get("attribution_raw", read)
        lines = [named] * bool(named) + quoted.get("text", "").split("\n")
        file.write("".join(f"> {escaped_line(line)}  \n" for line in lines) + "\n")
    file.writelines(f"*{escaped(notice)}*\n\n" for notice in post.get("access_notices", []))
    file.write(_text(post.get("text", "")))
    file.writelines(
        f"\n![{escaped(picture.get('name', ''))}](<{_target(picture)}>)\n"
        for picture in post.get("images", [])
    )
    for attached in post.get("attachments", []):
        name = escaped(attached.get("name") or attached.get("id", "?"))
        address = _target(attached)
        file.write(f"\n[{name}](<{address}>)\n" if address else f"\n{name}\n")
    for address in post.get("media", []):
        file.write(f"\n<{quoted_address(address)}>\n")
    if post.get("notice"):
        file.write(f"\n{_text(post['notice'])}")


def _place(url: str | None, path: str | None) -> str:
    """Where a picture or file is: its path in the export, or its address."""
    return f"../{path}" if path and STORED_PATH.fullmatch(path) else url or ""


def _target(part: Record) -> str:
    return quoted_address(_place(part.get("url"), _kept_path(part)))


def _text(text: str) -> str:
    """Paragraphs with their line breaks."""
    return f"{render_markdown(paragraphs(text))}\n\n" if text else ""
