"""The plug-in's PHP by itself: its unit tests and its coding standard, through PHP's own tools."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.services import missing

pytestmark = pytest.mark.wordpress
UNIT = Path(__file__).with_name("unit")


def php(tool: str, package: str, *arguments: str) -> str:
    """Run a tool of PHP and give what it says; fails where it finds anything."""
    if shutil.which(tool) is None:
        missing("wordpress", f"there is no {tool}: apt install {package}")
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_parts_that_decide_by_themselves_pass_their_unit_tests() -> None:
    said = php(
        "phpunit", "phpunit", f"--bootstrap={UNIT / 'bootstrap.php'}", "--fail-on-warning", "--fail-on-risky",
        "--do-not-cache-result", str(UNIT),
    )  # fmt: skip
    assert "OK (" in said


def test_the_code_keeps_the_standard() -> None:
    php("phpcs", "php-codesniffer", "--standard=wordpress/phpcs.xml", "--report=emacs")
