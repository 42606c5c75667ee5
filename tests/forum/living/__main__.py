"""Archive living forums by the seed, for some time or for a number of seeds; tell each breach."""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial

from tests.conftest import served_forum
from tests.forum.living.histories import (
    History,
    Outcome,
    history_of,
    obstructed_history_of,
    outcome_of,
    shortest,
)
from tests.forum.living.nights import Archivist
from tests.forum.living.obstructed import Obstructed
from tests.forum.living.served import Served


def main() -> int:
    """Try seeds; 1 if one of them breaks a law."""
    parser = argparse.ArgumentParser(prog="python -m tests.forum.living", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="for how long (default: 600)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: 1)")
    parser.add_argument("--seeds", type=int, default=0, help="how many seeds, instead of a time")
    parser.add_argument("--obstacles", action="store_true", help="with obstacles in the way")
    parser.add_argument("--served", action="store_true", help="by `scrapy crawl`, over loopback")
    parser.add_argument("--plain", action="store_true", help="tell breaches without shortening")
    asked = parser.parse_args()
    history_by = obstructed_history_of if asked.obstacles else history_of

    def judged(history: History) -> Outcome:
        if asked.served:
            with served_forum() as server:
                return outcome_of(history, partial(Served, server))
        return outcome_of(history, Obstructed if asked.obstacles else Archivist)

    began, seed, crawls, broken = time.monotonic(), asked.seed, 0, 0
    while (
        seed < asked.seed + asked.seeds if asked.seeds else time.monotonic() - began < asked.seconds
    ):
        history = history_by(seed)
        outcome = judged(history)
        crawls += outcome.crawls
        if outcome.breaches:
            broken += 1
            print(f"seed {seed}: {outcome.breaches[0]}", flush=True)
            if not asked.plain:
                short = shortest(history, judged)
                print(f"  {judged(short).breaches[0]}\n  {short}", flush=True)
        seed += 1
    print(f"{seed - asked.seed} seeds, {crawls} crawls, {broken} with breaches")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
