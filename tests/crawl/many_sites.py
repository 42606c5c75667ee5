"""Many small forums on loopback, read by one run under a limit of open files.

`python -m tests.crawl.many_sites 1000 200`: 1,000 sites, 200 files; then what else reads the data.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import Forum, Run, scrapy, served_forum
from tests.forum.desktop import Thread
from tests.forum.lists import Listing, Row, forum_index
from tests.pages import first

HTML = {"Content-Type": "text/html; charset=utf-8"}
BOARD = "forum.php?mod=forumdisplay&fid=2"


def many_sites(forum: Forum, number: int) -> list[str]:
    """Forums in folders of one host, each with one thread; returns their addresses."""
    roots = [f"{forum.root}f{each}/" for each in range(1, number + 1)]
    for each, root in enumerate(roots, 1):
        pages = {
            "forum.php": forum_index([(2, "闲谈")], threads="1"),
            BOARD: str(Listing([Row(each, f"第{each}帖", 0, 9)], fid=2, name="闲谈")),
            f"forum.php?mod=viewthread&tid={each}": str(Thread([first(each, "文")], tid=each)),
        }
        for path, page in pages.items():
            body = page.replace("http://bbs.example.net/", root).encode()
            forum.pages[f"/f{each}/{path}"] = (200, HTML, body)
    return roots


def crawl(roots: list[str], folder: Path, *more: str, files: int = 0, **how: object) -> Run:
    names = folder / "urls.txt"
    names.write_text("\n".join(roots), "utf-8")
    return scrapy(
        "crawl",
        "discuz",
        "-a",
        f"urls_file={names}",
        *more,
        data=folder / "data",
        files=files or None,
        **how,  # type: ignore[arg-type]
    )


def main(number: int, files: int) -> None:
    with served_forum() as forum, tempfile.TemporaryDirectory() as folder:
        roots, began = many_sites(forum, number), time.monotonic()
        run = crawl(roots, Path(folder), files=files, seconds=3600)
        seconds = time.monotonic() - began
        read = len({line["thread_id"] for line in run.lines("articles")})
        print(f"status {run.status}, {read} of {number} sites read in {seconds:.0f} s")
        print(run.stderr[-2000:])
        for words in (["snapshot"], ["report"], ["export", "--to", "csv", "-o", f"{folder}/out"]):
            began = time.monotonic()
            done = scrapy(*words, data=run.data, quickly=False, files=files, seconds=3600)
            print(f"{words[0]}: status {done.status}, {time.monotonic() - began:.0f} s")
            print(done.stderr[-500:])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
