"""Run a command of the project in a process that is forked from one with all imports done.

It is a process of its own, as for a user, without the second that the imports take.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pkgutil
import re
import resource
import sys
import warnings
from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import scrapy.commands
from scrapy.cmdline import execute
from scrapy.settings import default_settings

import crawler.settings
from tests.killed import POINTS

ROOT = Path(__file__).parent.parent


def imported_by_commands() -> Iterator[str]:
    """The modules that a command imports: the project, Scrapy's commands, and what settings name."""
    for package in (scrapy.commands, crawler):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield module.name
    for value in [*vars(default_settings).values(), *vars(crawler.settings).values()]:
        for name in [*value, *value.values()] if isinstance(value, dict) else [value]:
            # scrapy.extensions.logstats.LogStats, but neither 0.0.0.0 nor a number
            if isinstance(name, str) and re.fullmatch(r"[a-z_]\w*(?:\.\w+)*\.[A-Z]\w+", name):
                yield name.rpartition(".")[0]
    yield "tests.forked"
    yield "tests.faults.cases"


@cache
def server() -> ForkServerContext:
    """Make processes of one that has all imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(imported_by_commands()))
    return context


def begin(
    *arguments: str,
    out: Path,
    project: Path = ROOT,
    kill_at: tuple[str, int] | None = None,
    now: datetime | None = None,
    files: int | None = None,
) -> ForkServerProcess:
    """Begin a command in the folder of a project; ``out`` is a folder for what it writes.

    ``now``: what its clock shows as it begins. ``files``: how many it may have open at a time.
    """
    out.mkdir(exist_ok=True)
    given = (arguments, out, project, kill_at, now, files)
    running = server().Process(target=_command, args=given)
    running.start()
    return running


# The modules that look at the clock of a run.
_WITH_CLOCK = (
    "crawler.spiders.discuz",
    "crawler.responses",
    "crawler.frontier.run",
    "crawler.pipelines.store",
    "crawler.extensions.run_record",
)


def _set_clock(to: datetime) -> None:
    """Let the clock of this process show another time."""
    offset = to - datetime.now(to.tzinfo)

    class Moved(datetime):
        """A time that is told by the other clock."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + offset

    for name in _WITH_CLOCK:
        vars(importlib.import_module(name))["datetime"] = Moved


def _command(
    arguments: tuple[str, ...],
    out: Path,
    project: Path,
    kill_at: tuple[str, int] | None,
    now: datetime | None,
    files: int | None,
) -> None:
    os.chdir(project)
    # a test that ran a command before may have left the name of its settings
    for name in [name for name in os.environ if name.startswith("SCRAPY_")]:
        del os.environ[name]
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(out / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, number)
        setattr(sys, name, open(number, "w", encoding="utf-8", closefd=False))  # noqa: SIM115
    warnings.resetwarnings()
    if files is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    if kill_at:
        POINTS[kill_at[0]](kill_at[1])
    if now:
        _set_clock(now)
    try:
        execute(["scrapy", *arguments])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
