"""Commands that set back what a run wrote."""

from typing import Annotated

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()


@app.command()
def undo(
    run: Annotated[int, typer.Argument(help="The number of the run; 'shopweave runs' lists them.")],
    also_moved: Annotated[
        bool, typer.Option("--also-moved", help="Set back values that changed since, too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    as_json: JSON = False,
) -> None:
    """Set back what a run wrote: show the plan, ask, then send it and pin those values."""
    from shopweave.cli.undoing import undo_run

    carry_out(lambda: undo_run(here(), run, also_moved=also_moved, yes=yes, as_json=as_json), as_json=as_json)


@app.command()
def pins(as_json: JSON = False) -> None:
    """List the values that flows leave alone after an undo."""
    from shopweave.cli.undoing import list_pins

    carry_out(lambda: list_pins(here(), as_json=as_json), as_json=as_json)


@app.command()
def unpin(
    flow: Annotated[str, typer.Argument(help="The flow that leaves it alone.")],
    sku: Annotated[str, typer.Argument(help="The SKU.")],
    atom: Annotated[str, typer.Argument(help="The atom, such as name.")],
    as_json: JSON = False,
) -> None:
    """Let a flow write a value again, and send what follows from it."""
    from shopweave.cli.undoing import unpin_atom

    carry_out(lambda: unpin_atom(here(), flow, sku, atom, as_json=as_json), as_json=as_json)
