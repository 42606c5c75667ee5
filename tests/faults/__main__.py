"""Every n of everything: `python -m tests.faults [--every K] [--jobs N] [SCENE …]`."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.cases import breaches, prepare
from tests.faults.scenes import SCENES, serving

# breaches of one fault that are printed
SHOWN = 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("scenes", nargs="*", help=f"of {', '.join(SCENES)}")
    parser.add_argument("--every", type=int, default=1, metavar="K", help="each K-th call only")
    parser.add_argument("--first", type=int, default=1, metavar="N", help="the first call")
    options = parser.parse_args()
    names = [name for name in SCENES if not options.scenes or name in options.scenes]
    broken = 0
    for name in names:
        began = time.monotonic()
        found: Counter[str] = Counter()
        with serving(), tempfile.TemporaryDirectory() as folder:
            stage = prepare(name, Path(folder).resolve() / "stage")
            cases = [
                (number, kind)
                for number, kind in stage.cases()
                if number >= options.first and (number - options.first) % options.every == 0
            ]
            for number, kind in cases:
                broken_here = breaches(stage, number, kind)
                found.update(each.partition(":")[0] for each in broken_here)
                for each in broken_here[:SHOWN]:
                    print(
                        f"{name}, {kind} at {number} ({stage.calls[number - 1]}): {each[:300]}",
                        flush=True,
                    )
        told = ", ".join(f"{count} {what}" for what, count in found.items()) or "0 breaches"
        seconds = time.monotonic() - began
        print(
            f"| {name} | {len(stage.calls)} calls | {len(cases)} faults | {told} | {seconds:.0f} s |",
            flush=True,
        )
        broken += found.total()
    return min(broken, 1)


if __name__ == "__main__":
    raise SystemExit(main())
