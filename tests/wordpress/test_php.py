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


def test_php_as_old_as_the_plug_in_promises_understands_it() -> None:
    files = [str(path) for path in sorted(Path("wordpress/shopweave").rglob("*.php"))]
    assert php("php", "php-cli", str(Path(__file__).with_name("php") / "newer.php"), *files) == ""


def test_what_newer_php_brought_is_found(tmp_path: Path) -> None:
    newer = tmp_path / "newer.php"
    newer.write_text(
        "<?php\n$a = match ( 1 ) { 1 => $b?->c };\nf( name: str_contains( $a, $b ) );\n"
        "function g( $a, ): static {}\ntry {} catch ( E ) {}\n$a ?? throw new E();\n"
        "class C { public function __construct( private $a ) {} }\n"
    )
    said = php("php", "php-cli", str(Path(__file__).with_name("php") / "newer.php"), str(newer)).splitlines()
    assert [line.removeprefix(f"{newer}:") for line in said] == [
        "2 T_MATCH",
        "2 T_NULLSAFE_OBJECT_OPERATOR",
        "3 a named argument",
        "3 str_contains",
        "4 a comma behind the last parameter",
        "4 returns static",
        "5 catches without a variable",
        "6 throws within an expression",
        "7 a parameter that is a property",
    ]


def test_the_code_keeps_the_standard() -> None:
    php("phpcs", "php-codesniffer", "--standard=wordpress/phpcs.xml", "--report=emacs")
