"""Commands that stop all writing and let it go on."""

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()
writing = typer.Typer(no_args_is_help=True, help="Stop all writing, or let it go on; reading never stops.")
app.add_typer(writing, name="writing")


@writing.command()
def stop(as_json: JSON = False) -> None:
    """Stop all writing at once, in every process of the hub, until somebody lets it go on."""
    from shopweave.cli.writing import switch

    carry_out(lambda: switch(here(), "stop", as_json=as_json), as_json=as_json)


@writing.command("go-on")
def go_on(as_json: JSON = False) -> None:
    """Write again, what waited first."""
    from shopweave.cli.writing import switch

    carry_out(lambda: switch(here(), "go-on", as_json=as_json), as_json=as_json)


@writing.command()
def status(as_json: JSON = False) -> None:
    """Say whether the hub writes, who stopped it and when, and how much waits."""
    from shopweave.cli.writing import switch

    carry_out(lambda: switch(here(), "status", as_json=as_json), as_json=as_json)
