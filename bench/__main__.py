"""Measure all of it, or the cases named: `python -m bench [--quick] [--json] [CASE…]`."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import json

from bench import calm, fairness, fetching, latency, reading, starting, writing
from bench.figures import Figure, as_json, as_table

Case = Callable[[Path, bool], list[Figure]]
CASES: Mapping[str, Case] = {
    "start": lambda _folder, _quick: starting.measure(),
    "merge": lambda folder, quick: reading.measure_merge(folder, 50_000 if quick else 1_000_000),
    "reconcile": lambda folder, quick: reading.measure(folder, 1_000 if quick else 10_000),
    "latency": lambda folder, quick: latency.measure(
        folder, shops=6 if quick else 50, items=60 if quick else 1_000, sales=8 if quick else 60
    ),
    "fairness": lambda folder, quick: fairness.measure(
        folder, shops=6 if quick else 50, items=300 if quick else 600, sales=4 if quick else 20
    ),
    "calm": lambda _folder, quick: calm.measure(2 if quick else 40),
    "orders": lambda folder, quick: fetching.measure(folder, 300 if quick else 10_000),
    "writes": lambda folder, quick: writing.measure(folder, 300 if quick else 5_000),
}


def main(arguments: list[str]) -> int:
    """Print the figures; 1 when one does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    parser.add_argument("--quick", action="store_true", help="small numbers, to see that it works")
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    chosen = parser.parse_args(arguments)
    if strange := [name for name in chosen.cases if name not in CASES]:
        parser.error(f"There is no case '{strange[0]}'. There are: {', '.join(CASES)}.")
    figures: list[Figure] = []
    for name in chosen.cases or CASES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            figures += CASES[name](Path(folder), chosen.quick)
    print(json.encode(as_json(figures)).decode() if chosen.json else as_table(figures))
    return int(not all(one.ok for one in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
