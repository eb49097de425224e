"""The measurements themselves work: small numbers, counts only, no times."""

from pathlib import Path

import msgspec
import pytest
from bench.figures import as_table, at_least, at_most

from bench import __main__ as program
from bench import fairness, fetching, latency, reading, writing

pytestmark = pytest.mark.long(25)


def test_a_figure_says_whether_it_holds() -> None:
    figures = [at_most("a", 2.0, 1.0, "s", "all"), at_least("b", 2.0, 1.0, "×", "all")]
    assert [one.ok for one in figures] == [False, True]
    assert "| a | 2.0 s | ≤ 1 | **no** | all |" in as_table(figures)


def test_an_unchanged_shop_costs_its_pages_and_no_write(tmp_path: Path) -> None:
    lists, writes, cpu = reading.measure(tmp_path, 250)
    assert lists.ok
    assert 2 <= lists.value <= 4
    assert writes.value == 0
    assert cpu.value > 0


def test_changed_prices_go_in_full_batches(tmp_path: Path) -> None:
    requests, bare, official = writing.measure(tmp_path, 120, slow=False)
    assert requests.ok
    assert bare.value > 0
    assert official.value > 1, "batches beat single writes"


def test_every_record_is_stored_once(tmp_path: Path) -> None:
    new, again = reading.measure_merge(tmp_path, 2_000)
    assert new.value > 0
    assert again.value > 0


def test_the_program_prints_json_and_knows_its_cases(capsys: pytest.CaptureFixture[str]) -> None:
    program.main(["--json", "--quick", "start"])
    found = msgspec.json.decode(capsys.readouterr().out.splitlines()[-1])
    assert found["figures"][0]["what"] == "shopweave --help"
    with pytest.raises(SystemExit):
        program.main(["fly"])


def test_a_sale_is_timed_without_the_answers_that_were_waited_for(tmp_path: Path) -> None:
    figures = latency.measure(tmp_path, shops=3, items=12, sales=3)
    assert len(figures) == 7
    assert all(0 < one.value < 60 for one in figures)


def test_stretches_that_overlap_count_once() -> None:
    assert latency.covered([(5.0, 6.0), (1.0, 3.0), (2.0, 2.5), (9.0, 8.0)]) == 3.0
    assert latency.p95([float(one) for one in range(1, 101)]) == 95.0


def test_evenness_is_one_where_all_have_the_same() -> None:
    assert fairness.jain([4, 4, 4, 4]) == 1.0
    assert fairness.jain([8, 0, 0, 0]) == 0.25
    assert fairness.jain([]) == 0.0


def test_orders_are_fetched_and_stored_beside_the_official_client(tmp_path: Path) -> None:
    at_once, slow = fetching.measure(tmp_path, 120)
    assert at_once.value > 0
    assert slow.value > 0
