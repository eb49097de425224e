"""Windows over a list that moves while it is read: nothing committed in time is ever lost."""

from datetime import datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shopweave.connectors.phppos.positions import (
    IDLE,
    KEYS,
    OVERLAP,
    SWEEP,
    Spot,
    begin,
    finished,
    moved_on,
    read_spot,
    write_spot,
)

from .shop import NOON

SIZE = 3
MOMENTS = st.integers(0, 40)


def text(minute: int) -> str:
    return (datetime(2026, 3, 10) + timedelta(minutes=minute)).strftime("%Y-%m-%d %H:%M:%S")  # noqa: DTZ001


class Model:
    """A till whose rows carry the minute of their last change, and the hub that reads it."""

    def __init__(self) -> None:
        self.rows: dict[int, int] = {}
        self.known: dict[int, int] = {}
        self.position = ""
        self.minute = 0

    def page(self) -> bool:
        now = NOON + timedelta(minutes=self.minute)
        spot = begin(self.position, now, sweep=False)
        spot = self._sweep(spot, now) if spot.mode == SWEEP else self._window(spot, now)
        self.position = write_spot(spot)
        return spot.mode == IDLE

    def _sweep(self, spot: Spot, now: datetime) -> Spot:
        top = spot.top or max((text(at) for at in self.rows.values()), default="")
        ids = [number for number in sorted(self.rows) if number > spot.after][:SIZE]
        self._learn(ids)
        if len(ids) == SIZE:
            return moved_on(spot, since="", after=ids[-1], top=top)
        return finished(spot, now, 24, top=top)

    def _window(self, spot: Spot, now: datetime) -> Spot:
        keys = sorted((text(at), number) for number, at in self.rows.items())
        found = [key for key in keys if key > (spot.since, spot.after)][:SIZE]
        self._learn([number for _, number in found])
        top = spot.top or (keys[-1][0] if keys else "")
        if len(found) == SIZE:
            return moved_on(spot, since=found[-1][0], after=found[-1][1], top=top)
        return finished(spot, now, 24, top=top)

    def _learn(self, ids: list[int]) -> None:
        self.known.update({number: self.rows[number] for number in ids})


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), st.integers(1, 8), st.integers(0, 4)),
        st.tuples(st.just("page"), st.just(0), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 9), st.just(0)),
    ),
    max_size=60,
)

BEHIND_A_LONG_WINDOW = [
    ("change", 1, 0),
    ("change", 4, 0),
    ("page", 0, 0),
    ("change", 3, 0),
    ("page", 0, 0),
    ("change", 2, 0),
    ("wait", 6, 0),
    ("change", 1, 0),
]
STAMPED_BACK_IN_A_LONG_WINDOW = [
    ("page", 0, 0),
    ("wait", 1, 0),
    ("change", 1, 0),
    ("change", 2, 0),
    ("change", 3, 0),
    ("page", 0, 0),
    ("change", 2, 1),
    ("wait", 5, 0),
    ("change", 1, 0),
]


@settings(max_examples=300)
@given(STEPS)
@example(BEHIND_A_LONG_WINDOW)
@example(STAMPED_BACK_IN_A_LONG_WINDOW)
def test_every_change_that_commits_within_the_overlap_is_read(steps: list[tuple[str, int, int]]) -> None:
    """A change is stamped up to four minutes before it can be seen, as a slow transaction is."""
    model = Model()
    for step, value, late in steps:
        if step == "change":
            model.rows[value] = max(model.minute - late, 0)
        elif step == "page":
            model.page()
        else:
            model.minute += value
    while not model.page():
        pass
    while not model.page():
        pass
    assert model.known == model.rows


def test_a_quiet_window_starts_behind_the_newest_moment_only_after_the_overlap() -> None:
    spot = finished(begin("", NOON, sweep=False), NOON, 24, top="2026-03-10 11:00:00")
    early = begin(write_spot(spot), NOON + OVERLAP, sweep=False)
    assert early.since == "2026-03-10 10:55:00"
    still = finished(early, NOON + OVERLAP, 24, top="2026-03-10 11:00:00")
    assert not still.settled
    late = begin(write_spot(still), NOON + OVERLAP * 2, sweep=False)
    quiet = finished(late, NOON + OVERLAP * 2, 24, top="2026-03-10 11:00:00")
    assert begin(write_spot(quiet), NOON + OVERLAP * 3, sweep=False).since == "2026-03-10 11:00:00"


def test_keys_are_part_of_the_turn_that_found_them_due() -> None:
    later = NOON + timedelta(hours=25)
    spot = finished(begin("", NOON, sweep=False), NOON, 24, top="2026-03-10 11:00:00")
    keys = finished(begin(write_spot(spot), later, sweep=False), later, 24)
    assert keys.mode == KEYS
    end = finished(begin(write_spot(keys), later, sweep=False), later, 24)
    assert (end.mode, end.swept, end.high) == (IDLE, later, "2026-03-10 11:00:00")


@given(st.builds(Spot, mode=st.sampled_from([IDLE, KEYS]), since=st.text(), after=st.integers(0, 2**62)))
def test_a_position_survives_being_stored(spot: Spot) -> None:
    assert read_spot(write_spot(spot)) == spot
