"""Commands that set a hub up and look at it."""

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()


@app.command()
def init() -> None:
    """Write a shopweave.toml to fill in."""
    from shopweave.cli.settings import write_template

    carry_out(lambda: write_template(here()))


@app.command()
def check(as_json: JSON = False) -> None:
    """Try every connection, changing nothing; says what is missing and what to do."""
    from shopweave.cli.settings import check_connections

    carry_out(lambda: check_connections(here(), as_json=as_json), as_json=as_json)


@app.command()
def connections(as_json: JSON = False) -> None:
    """List the connections of the settings."""
    from shopweave.cli.settings import list_connections

    carry_out(lambda: list_connections(here(), as_json=as_json), as_json=as_json)


@app.command("flows")
def list_of_flows(as_json: JSON = False) -> None:
    """List the flows of the settings: what goes from where to where, and when."""
    from shopweave.cli.settings import list_flows

    carry_out(lambda: list_flows(here(), as_json=as_json), as_json=as_json)
