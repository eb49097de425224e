"""Commands that tell what is and why."""

from typing import Annotated

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()


@app.command()
def explain(
    sku: Annotated[str, typer.Argument(help="The SKU of an item.")],
    atom: Annotated[str | None, typer.Argument(help="One atom, such as regular_price.")] = None,
    as_json: JSON = False,
) -> None:
    """Tell where each value of a SKU comes from, what was sent and what was answered."""
    from shopweave.cli.telling import explain_sku

    carry_out(lambda: explain_sku(here(), sku, atom, as_json=as_json), as_json=as_json)


@app.command()
def conflicts(as_json: JSON = False) -> None:
    """List what both sides changed, where a flow asks."""
    from shopweave.cli.telling import list_conflicts

    carry_out(lambda: list_conflicts(here(), as_json=as_json), as_json=as_json)


@app.command()
def findings(as_json: JSON = False) -> None:
    """List what a person should know."""
    from shopweave.cli.telling import list_findings

    carry_out(lambda: list_findings(here(), as_json=as_json), as_json=as_json)
