"""Findings: one row for each cause, and what is over is that cause alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shopweave.model.finding import Finding, Severity
from shopweave.store import connections, findings
from shopweave.store.base import Tx
from shopweave.store.sqlite import make_engine
from tests.worlds import empty_hub

CAUSES = (
    "held:prices:1",
    "held:prices:12",
    "held:prices-b:1",
    "run:prices:A",
    "run:prices:B",
    "run:prices-b:A",
)


@pytest.mark.parametrize(
    ("settled", "besides", "over"),
    [
        ("held:prices:1", (), {"held:prices:1"}),
        ("held:prices", (), set()),
        ("run:prices:", (), {"run:prices:A", "run:prices:B"}),
        ("run:prices:", ("run:prices:B",), {"run:prices:A"}),
    ],
)
def test_what_is_over_is_one_cause_or_all_with_a_beginning(
    tmp_path: Path, settled: str, besides: tuple[str, ...], over: set[str]
) -> None:
    (tmp_path / "hub.sqlite").write_bytes(empty_hub())
    engine = make_engine(tmp_path / "hub.sqlite")
    with engine.begin() as connection:
        tx = Tx(connection, datetime(2026, 5, 1, tzinfo=UTC))
        connections.home(tx)
        for cause in CAUSES:
            findings.report(tx, Finding(code="X", cause=cause, severity=Severity.NEEDS, what="x"))
        assert findings.settle(tx, settled, besides) == len(over)
        assert {one.cause for one in findings.open_findings(tx)} == set(CAUSES) - over
    engine.dispose()
