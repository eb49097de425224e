"""The run's log: a file of its own, a line per product in the words people know, gone after a week."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shopweave.hub.icecat.log import (
    ImageState,
    ProductOutcome,
    WeightState,
    log_name,
    open_log,
    outcome_words,
    product_line,
    remove_old,
    summary_lines,
)
from shopweave.model.errors import Configuration

HELSINKI = ZoneInfo("Europe/Helsinki")
START = datetime(2026, 1, 10, 3, 0, 0, tzinfo=UTC)


def made(outcome: str, number: int | None = None, **other: str) -> ProductOutcome:
    return ProductOutcome(
        sku=other.get("sku", "1001"),
        gtin=other.get("gtin", "4006381333931"),
        outcome=outcome,
        number=number,
        image=ImageState(other.get("image", "none")),
        weight=WeightState(other.get("weight", "none")),
        name=other.get("name", "AirClean 200"),
    )


@pytest.mark.seed("ICE-32")
def test_a_log_is_named_by_the_local_time_of_its_start() -> None:
    assert log_name(START, HELSINKI) == "icecat_bulk_2026-01-10_05-00-00.log"
    assert log_name(START, UTC) == "icecat_bulk_2026-01-10_03-00-00.log"


@pytest.mark.seed("ICE-32")
def test_each_run_has_a_file_of_its_own(tmp_path: Path) -> None:
    logs = [open_log(tmp_path / "logs", START, HELSINKI) for _ in range(3)]
    assert [log.path.name for log in logs] == [
        "icecat_bulk_2026-01-10_05-00-00.log",
        "icecat_bulk_2026-01-10_05-00-01.log",
        "icecat_bulk_2026-01-10_05-00-02.log",
    ]


@pytest.mark.parametrize(
    ("outcome", "number", "words"),
    [
        pytest.param("UPDATED", None, "UPDATED", marks=pytest.mark.seed("ICE-44")),
        ("UNCHANGED", None, "UNCHANGED"),
        pytest.param("BRAND_RESTRICTED", 14, "BRAND_RESTRICTED", marks=pytest.mark.seed("ICE-45")),
        pytest.param("NOT_PRESENT", 8, "NOT_PRESENT", marks=pytest.mark.seed("ICE-46")),
        ("FULL_ONLY", 9, "FULL_ONLY"),
        ("NOT_YET_RELEASED", 15, "NOT_YET_RELEASED"),
        pytest.param("GTIN_UNKNOWN", 16, "OTHER_ERROR 16 (GTIN unknown)", marks=pytest.mark.seed("ICE-47")),
        ("IN_STORE_CODE", None, "OTHER_ERROR (code for in-store use)"),
        ("SOMETHING_NEW", 77, "OTHER_ERROR 77 (something new)"),
        ("", 5, "OTHER_ERROR 5"),
        ("a\nb", None, "OTHER_ERROR (a b)"),
    ],
)
def test_an_outcome_is_written_in_the_words_people_know(outcome: str, number: int | None, words: str) -> None:
    assert outcome_words(made(outcome, number)) == words
    assert f"  {words}  sku=1001  ean=4006381333931  " in product_line(made(outcome, number), START, HELSINKI)


@pytest.mark.seed("ICE-48")
@pytest.mark.parametrize("image", list(ImageState))
@pytest.mark.parametrize("weight", list(WeightState))
def test_a_line_shows_what_became_of_picture_and_weight(image: ImageState, weight: WeightState) -> None:
    line = product_line(made("UPDATED", image=image, weight=weight), START, HELSINKI)
    start = "2026-01-10 05:00:00  UPDATED  sku=1001  ean=4006381333931"
    assert line == f"{start}  image={image}  weight={weight}  AirClean 200"


def test_a_product_name_cannot_forge_a_line() -> None:
    evil = made("UPDATED", name="x\n2026-01-10 05:00:01  UPDATED\r\u2028y", sku="1\n2", gtin="")
    line = product_line(evil, START, HELSINKI)
    assert len(line.splitlines()) == 1
    assert "sku=1 2  ean=-" in line


def test_a_summary_counts_outcomes_pictures_and_weights() -> None:
    outcomes = [
        made("UPDATED", image="set", weight="set"),
        made("UPDATED", image="kept", weight="kept"),
        made("GTIN_UNKNOWN", 16),
    ]
    assert summary_lines(outcomes, START, HELSINKI) == (
        "2026-01-10 05:00:00  SUMMARY  products=3",
        "  OTHER_ERROR 16 (GTIN unknown): 1",
        "  UPDATED: 2",
        "  image: set 1, kept 1, none 1, failed 0",
        "  weight: set 1, kept 1, none 1",
    )


@pytest.mark.seed("ICE-44")
@pytest.mark.seed("ICE-48")
def test_a_run_writes_start_products_and_summary(tmp_path: Path) -> None:
    log = open_log(tmp_path, START, HELSINKI)
    log.product(made("UPDATED", image="set", weight="set", name="Äänetön"), START + timedelta(seconds=1))
    log.note("Icecat did not answer;\nthe rest comes tomorrow", START + timedelta(seconds=2))
    log.close(START + timedelta(seconds=3))
    assert log.path.read_text(encoding="utf-8").splitlines() == [
        "2026-01-10 05:00:00  Icecat run started",
        "2026-01-10 05:00:01  UPDATED  sku=1001  ean=4006381333931  image=set  weight=set  Äänetön",
        "2026-01-10 05:00:02  Icecat did not answer; the rest comes tomorrow",
        "2026-01-10 05:00:03  SUMMARY  products=1",
        "  UPDATED: 1",
        "  image: set 1, kept 0, none 0, failed 0",
        "  weight: set 1, kept 0, none 0",
    ]


def test_a_line_is_in_the_file_at_once(tmp_path: Path) -> None:
    log = open_log(tmp_path, START, HELSINKI)
    log.product(made("UPDATED"), START)
    assert "UPDATED" in log.path.read_text(encoding="utf-8")


def test_a_log_that_cannot_be_written_any_more_says_so(tmp_path: Path) -> None:
    log = open_log(tmp_path / "logs", START, HELSINKI)
    log.path.unlink()
    log.path.parent.rmdir()
    with pytest.raises(Configuration) as caught:
        log.product(made("UPDATED"), START)
    assert caught.value.code == "ENV-010"


def test_a_directory_that_is_none_is_a_setting_to_correct(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Configuration) as caught:
        open_log(tmp_path / "file", START, HELSINKI)
    assert caught.value.code == "ENV-010"


@pytest.mark.seed("ICE-43")
def test_logs_go_after_seven_days_and_nothing_else(tmp_path: Path) -> None:
    now = datetime(2026, 1, 17, 5, 0, 0, tzinfo=HELSINKI)
    old = ["icecat_bulk_2026-01-10_04-59-59.log", "icecat_bulk_2025-12-31_05-00-00.log"]
    stay = [
        "icecat_bulk_2026-01-10_05-00-00.log",
        "icecat_bulk_2026-01-17_05-00-00.log",
        "icecat_bulk_2025-13-41_05-00-00.log",
        "icecat_bulk_2025-12-31_05-00-00.log.gz",
        "my_icecat_bulk_2025-12-31_05-00-00.log",
        "icecat_single_2025-12-31_05-00-00.log",
        "notes.txt",
    ]
    for name in (*old, *stay):
        (tmp_path / name).touch()
    assert remove_old(tmp_path, now) == tuple(sorted(old))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(stay)


def test_removing_twice_removes_nothing_more(tmp_path: Path) -> None:
    (tmp_path / "icecat_bulk_2025-12-31_05-00-00.log").touch()
    assert len(remove_old(tmp_path, START)) == 1
    assert remove_old(tmp_path, START) == ()


def test_the_days_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "icecat_bulk_2026-01-05_05-00-00.log").touch()
    assert remove_old(tmp_path, START, days=30) == ()
    assert len(remove_old(tmp_path, START, days=2)) == 1


def test_only_files_are_removed(tmp_path: Path) -> None:
    (tmp_path / "icecat_bulk_2025-12-31_05-00-00.log").mkdir()
    kept = tmp_path / "kept.txt"
    kept.touch()
    (tmp_path / "icecat_bulk_2025-12-30_05-00-00.log").symlink_to(kept)
    assert remove_old(tmp_path, START) == ()
    assert remove_old(tmp_path / "none", START) == ()
