"""Commands that stop all writing and let it go on."""

from typing import Annotated

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()
CONNECTION = Annotated[str, typer.Argument(help="Only this connection; all without it.")]
writing = typer.Typer(no_args_is_help=True, help="Stop writing, or let it go on; reading never stops.")
app.add_typer(writing, name="writing")


@writing.command()
def stop(connection: CONNECTION = "", as_json: JSON = False) -> None:
    """Stop writing at once, in every process of the hub, until somebody lets it go on."""
    from shopweave.cli.writing import switch

    carry_out(lambda: switch(here(), "stop", connection, as_json=as_json), as_json=as_json)


@writing.command("go-on")
def go_on(connection: CONNECTION = "", as_json: JSON = False) -> None:
    """Write again, what waited first."""
    from shopweave.cli.writing import switch

    carry_out(lambda: switch(here(), "go-on", connection, as_json=as_json), as_json=as_json)


@writing.command()
def status(as_json: JSON = False) -> None:
    """Say whether the hub writes, who stopped it and when, and how much waits."""
    from shopweave.cli.writing import switch

    carry_out(lambda: switch(here(), "status", as_json=as_json), as_json=as_json)
