"""Measures the ledger of a large forum: bytes, seconds to start, pages marked a second, memory.

    python benchmarks/ledger.py [--threads 1000000] [--posts 10000000] [--waiting 100000]

The forum is made up. Each memory is the most that a process of its own had. A small run, to compare
two versions: --threads 20000 --posts 200000 --waiting 5000.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive import Ledger
from crawler.archive.changes import Change, PageSeen, PostSeen, TaskDone, TaskFound, ThreadSeen
from crawler.archive.state import PostState, ThreadState, ThreadTask
from crawler.frontier import Config, Run, read_options

_EIGHT = bytes(range(8))
_IN_ONE_GO = 20_000
_PER_PAGE = 10


def changes_of(thread: int, posts: range, at: int) -> Iterator[Change]:
    """What is learnt of one thread: its posts, its pages, itself."""
    thread_id = str(thread)
    for number in posts:
        post = PostState(str(number), at + number % 1000, 1, number.to_bytes(8, "big"))
        yield PostSeen(thread_id, post)
    pages = -(-len(posts) // _PER_PAGE)
    for page in range(1, pages + 1):
        yield PageSeen(thread_id, page, 60 * at)
    yield ThreadSeen(ThreadState(thread_id, str(thread % 50), _EIGHT, _EIGHT, at, pages, 0))


def fill(path: Path, threads: int, posts: int) -> float:
    """Make up a forum; returns how many posts were learnt a second."""
    ledger = Ledger(path)
    began = time.perf_counter()
    each = posts // threads
    number = 1
    for thread in range(1, threads + 1):
        ledger.apply(changes_of(thread, range(number, number + each), 28_000_000 + thread))
        number += each
        if thread % _IN_ONE_GO == 0:
            ledger.commit()
    ledger.commit()
    ledger.close()
    return posts / (time.perf_counter() - began)


def memory() -> float:
    """The most memory this process had, in MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 / (1024 if sys.platform == "darwin" else 1)


def start(path: Path) -> None:
    began = time.perf_counter()
    ledger = Ledger(path)
    ledger.thread("5000")
    ledger.task_queue.open("x", 0, "x")
    print(f"  seconds to start               {time.perf_counter() - began:10.3f}")
    ledger.close()


def mark(path: Path) -> None:
    """Pages of ten posts, known and new ones, each marked by itself as a slow crawl does."""
    ledger = Ledger(path)
    began = time.perf_counter()
    pages = 2000
    for number in range(pages):
        thread = 1 + number * 487 % 900_000
        first = 20_000_000 + _PER_PAGE * number
        ledger.posts(str(thread), map(str, range(first, first + _PER_PAGE)))
        ledger.apply(changes_of(thread, range(first, first + _PER_PAGE), 29_000_000))
        ledger.commit()
    seconds = time.perf_counter() - began
    print(f"  pages of ten marked a second   {pages / seconds:10.0f}")
    ledger.close()


def wait(folder: Path, waiting: int) -> None:
    """A crawl's frontier with so many threads waiting, of which a thousand are begun."""
    root = "http://bbs.example.net/"
    run = Run(Config(folder), read_options(url=root))
    run.begin([root], datetime.now(UTC))
    (frontier,) = run.frontiers
    archive = frontier.site.archive
    for first in range(0, waiting, _IN_ONE_GO):
        numbers = range(first, min(waiting, first + _IN_ONE_GO))
        url = f"{root}forum.php?mod=viewthread&tid={{}}"
        tasks = (ThreadTask(key=str(n), url=url.format(n)) for n in numbers)
        archive.store((), map(TaskFound, tasks))
    archive.flush()
    began = time.perf_counter()
    begun = min(waiting, 1000)
    for _ in range(begun):
        (task,) = frontier.next(1)
        archive.ledger.apply([TaskDone(task)])
        frontier.complete(task)
    seconds = time.perf_counter() - began
    print(
        f"  {waiting:7,} waiting: tasks begun a second {begun / seconds:6.0f}, {memory():6.1f} MiB"
    )
    run.close(datetime.now(UTC))


def apart(function: Callable[..., None], *arguments: object) -> None:
    process = multiprocessing.get_context("spawn").Process(target=function, args=arguments)
    process.start()
    process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1_000_000)
    parser.add_argument("--posts", type=int, default=10_000_000)
    parser.add_argument("--waiting", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite3"
        speed = fill(path, options.threads, options.posts)
        size = path.stat().st_size
        print(f"{options.threads:,} threads, {options.posts:,} posts: {size / 2**20:,.0f} MiB")
        print(f"  bytes a post, all included     {size / options.posts:10.1f}")
        print(f"  posts learnt a second          {speed:10.0f}")
        apart(start, path)
        apart(mark, path)
        apart(wait, Path(folder), options.waiting)
    with tempfile.TemporaryDirectory() as folder:
        print("nothing known")
        apart(wait, Path(folder), 10)
        apart(wait, Path(folder), options.waiting)


if __name__ == "__main__":
    main()
