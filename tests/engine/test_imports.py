"""What the big engine costs is paid by those who work by the clock, and by nobody else."""

import subprocess
import sys

import pytest

LOOK = "import sys; {}; print('dbos' in sys.modules)"


@pytest.mark.parametrize(
    ("does", "expected"),
    [
        ("import shopweave.cli.app, shopweave.cli.planning, shopweave.runtime.opening", "False"),
        ("import shopweave.engine.dbos", "True"),
    ],
)
def test_dbos_is_imported_by_its_adapter_only(does: str, expected: str) -> None:
    code = LOOK.format(does)
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == expected
