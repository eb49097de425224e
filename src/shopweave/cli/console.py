"""What people and programs see: results on standard output, progress on a terminal's standard error."""

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.live import Live


class _Line:
    """One line at the bottom of a terminal that says what goes on."""

    live: "Live | None" = None


def say(text: str) -> None:
    """Tell a person at a terminal what goes on, in one line that is replaced; silent in pipes."""
    if not sys.stderr.isatty():
        return
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner

    turning = Spinner("dots", text)
    if _Line.live is None:
        console = Console(stderr=True)
        _Line.live = Live(
            turning, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        _Line.live.start()
    else:
        _Line.live.update(turning)


def quiet() -> None:
    """Take the line that says what goes on away."""
    if _Line.live is not None:
        _Line.live.stop()
        _Line.live = None


def tell(text: str) -> None:
    """Print a line of the result; what remote systems said in it loses the secrets."""
    from shopweave.runtime.secrets import MASK

    quiet()
    typer.echo(MASK(text))


def warn(text: str) -> None:
    """Print a line on standard error, terminal or not."""
    from shopweave.runtime.secrets import MASK

    quiet()
    typer.echo(MASK(text), err=True)


def is_wanted(question: str, *, as_json: bool, warning: str = "") -> bool:
    """Ask at a terminal; a program that did not say --yes is never asked."""
    if as_json or not sys.stdin.isatty():
        return False
    if warning:
        warn(warning)
    return typer.confirm(question, default=False, err=True)


def print_json(value: Any) -> None:
    """Print one JSON object as the last line."""
    tell(as_text(value))


def as_text(value: Any) -> str:
    """Write a value as JSON in one line; what JSON does not know becomes a text."""
    return json.dumps(value, ensure_ascii=False, default=str)
