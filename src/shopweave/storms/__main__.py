"""Storms from the command line: `--seeds n`, `--seed n` to play one again, `--mutants`, `--compare`."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from os import cpu_count

from msgspec import json

from shopweave.storms.compare import added, compare, table
from shopweave.storms.compare import line as line_of
from shopweave.storms.fleet import Stopwatch, hunt, one, play_all
from shopweave.storms.mutants import MUTANTS
from shopweave.storms.report import complaints, line, total, wrongs
from shopweave.storms.trade.scenario import TRADE

HUNTED = 500
# The numbers after which the seeds of each kind begin.
ITEMS, TRADES, BOTH = (0,), (TRADE,), (0, TRADE)


def main(arguments: Sequence[str]) -> int:
    """Play storms; 0 when all was well, else 1."""
    parser = ArgumentParser(prog="python -m shopweave.storms", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many, from the first on (200)")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--items", action="store_const", const=ITEMS, dest="kinds", help="play items only")
    kind.add_argument(
        "--trade", action="store_const", const=TRADES, dest="kinds", help="play orders and stock only"
    )
    parser.add_argument("--seed", type=int, help="play this one again, with its log")
    parser.add_argument(
        "--mutants", nargs="*", help="look for planted bugs in the first 500 seeds, or for these"
    )
    parser.add_argument("--compare", action="store_true", help="play seeds to the naive script as well")
    parser.add_argument("--jobs", type=int, default=cpu_count() or 1, help="processes (one for each core)")
    chosen = parser.parse_args(arguments)
    if chosen.mutants is not None:
        return _mutants(chosen.mutants or tuple(MUTANTS), chosen.jobs)
    if chosen.compare:
        return _compare(chosen.seeds, chosen.jobs)
    return (
        _again(chosen.seed)
        if chosen.seed is not None
        else _storms(seeds(chosen.seeds, chosen.kinds or BOTH), chosen.jobs)
    )


def seeds(count: int, before: Sequence[int]) -> list[int]:
    """Give the first seeds of some kinds in turn; each kind begins after the number `before` it."""
    return [before[place % len(before)] + place // len(before) + 1 for place in range(count)]


def _storms(chosen: Sequence[int], jobs: int) -> int:
    watch, played = Stopwatch(), []
    for done in play_all(chosen, jobs):
        played.append(done)
        _say(wrongs(done.outcome))
        _progress(len(played), len(chosen))
    found = total(played, watch.seconds)
    said = complaints(found)
    _say(said)
    sys.stdout.write(line(found) + "\n")
    return 1 if said else 0


def _again(seed: int) -> int:
    outcome = one(seed).outcome
    _say(outcome.story)
    _say(wrongs(outcome) or [f"seed {seed}: nothing was wrong"])
    sys.stdout.write(json.encode(outcome.in_short).decode() + "\n")
    return 0 if outcome.is_good else 1


def _mutants(names: Sequence[str], jobs: int) -> int:
    found = 0
    for name in names:
        seed = hunt(name, seeds(HUNTED, TRADES if MUTANTS[name].is_trade else ITEMS), jobs)
        found += seed is not None
        sys.stdout.write(json.encode({"mutant": name, "seed": seed}).decode() + "\n")
        sys.stdout.flush()
    sys.stdout.write(f"{found} of {len(names)}\n")
    return 0 if found == len(names) else 1


def _compare(count: int, jobs: int) -> int:
    pairs = []
    for pair in compare(range(1, count + 1), jobs):
        pairs.append(pair)
        _progress(len(pairs), count)
    found = added(pairs)
    _say([table(found)])
    sys.stdout.write(line_of(found) + "\n")
    return 1 if found[0].hub.broken + found[0].script.broken else 0


def _say(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        sys.stderr.write(f"{sentence}\n")


def _progress(done: int, count: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done}/{count} " + ("\n" if done == count else ""))
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
