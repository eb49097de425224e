"""Commands about messages to people."""

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()
notify_app = typer.Typer(help="Messages to people, by e-mail and webhook.", no_args_is_help=True)
app.add_typer(notify_app, name="notify")


@notify_app.callback()
def notify() -> None:
    """Messages to people, by e-mail and webhook."""


@notify_app.command("test")
def notify_test(
    as_json: JSON = False,
) -> None:
    """Send a test message on every way the settings name."""
    from shopweave.cli.notifying import send_test

    carry_out(lambda: send_test(here(), as_json=as_json), as_json=as_json)
