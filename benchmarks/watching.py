"""What it costs to watch a crawl: CPU seconds with live view and report against those without.

    python benchmarks/watching.py [--threads 400] [--rounds 5] [--delay 0.02]

The forum is made up and answers on loopback; both kinds of run write to a terminal, in turns.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.conftest import Forum, served_forum  # noqa: E402
from tests.forum.town import Town  # noqa: E402


def seconds_of(forum: Forum, delay: float, *, is_watched: bool) -> float:
    """CPU seconds of one crawl whose stderr is a terminal."""
    master, slave = os.openpty()
    with tempfile.TemporaryDirectory() as data:
        settings = {
            "PROGRESS": "live" if is_watched else "none",
            "REPORT": is_watched,
            "DOWNLOAD_DELAY": delay,
            "AUTOTHROTTLE_ENABLED": False,
            "LOG_LEVEL": "WARNING",
            "DATA_DIR": data,
        }
        given = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
        crawl = [sys.executable, "-m", "scrapy", "crawl", "discuz", "-a", f"url={forum.root}"]
        process = subprocess.Popen([*crawl, *given], cwd=ROOT, stderr=slave)
        os.close(slave)
        reader = threading.Thread(target=_drain, args=(master,))
        reader.start()
        _, status, used = os.wait4(process.pid, 0)
        reader.join()
    os.close(master)
    if status:
        raise SystemExit(f"the crawl failed: {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime


def _drain(terminal: int) -> None:
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:  # the crawl has ended
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--threads", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--delay", type=float, default=0.02)
    options = parser.parse_args()
    with served_forum() as forum:
        made = Town(forum)
        for tid in range(1, options.threads + 1):
            made.add(tid, 2 + tid % 2, posts=6)
        made.publish()
        without, watched = [], []
        for _ in range(options.rounds):
            without.append(seconds_of(forum, options.delay, is_watched=False))
            watched.append(seconds_of(forum, options.delay, is_watched=True))
    shares = [100 * (one / other - 1) for one, other in zip(watched, without, strict=True)]
    print(f"unwatched: {statistics.median(without):.2f} CPU seconds in the median")
    share = statistics.median(shares)
    print(f"live view and report: {share:+.1f} % in the median of {options.rounds} pairs")


if __name__ == "__main__":
    main()
