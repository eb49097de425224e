"""Commands that plan, run and decide."""

from typing import Annotated

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()

FLOWS = Annotated[list[str] | None, typer.Argument(help="Names of flows; all when none is given.")]
PLAN = Annotated[int, typer.Argument(help="The number of the plan; 'shopweave plans' lists them.")]


@app.command()
def run(
    flows: FLOWS = None,
    approve: Annotated[bool, typer.Option("--approve", help="Approve what the limits hold.")] = False,
    as_json: JSON = False,
) -> None:
    """Run flows: what is within the limits is sent, the rest is held for a person."""
    from shopweave.cli.planning import run_flows

    carry_out(
        lambda: run_flows(here(), flows or [], "run", approve=approve, as_json=as_json), as_json=as_json
    )


@app.command()
def plan(
    flows: FLOWS = None,
    as_json: JSON = False,
) -> None:
    """Plan flows: show what would be sent; nothing is sent until you approve it."""
    from shopweave.cli.planning import run_flows

    carry_out(lambda: run_flows(here(), flows or [], "plan", approve=False, as_json=as_json), as_json=as_json)


@app.command()
def runs(
    last: Annotated[int, typer.Option(min=1, help="How many of them.")] = 20, as_json: JSON = False
) -> None:
    """List what the latest runs did."""
    from shopweave.cli.planning import list_runs

    carry_out(lambda: list_runs(here(), last, as_json=as_json), as_json=as_json)


@app.command()
def plans(
    number: Annotated[
        int | None, typer.Argument(help="A plan to look at, with every value it would change.")
    ] = None,
    as_json: JSON = False,
) -> None:
    """List the plans that wait for a person, or show one of them with every value."""
    from shopweave.cli.plans import list_plans, show_plan

    if number is None:
        carry_out(lambda: list_plans(here(), as_json=as_json), as_json=as_json)
    else:
        carry_out(lambda: show_plan(here(), number, as_json=as_json), as_json=as_json)


@app.command()
def approve(number: PLAN, as_json: JSON = False) -> None:
    """Approve a plan and send it."""
    from shopweave.cli.planning import decide

    carry_out(lambda: decide(here(), number, "approve", as_json=as_json), as_json=as_json)


@app.command()
def reject(number: PLAN, as_json: JSON = False) -> None:
    """Reject a plan: nothing of it is sent."""
    from shopweave.cli.planning import decide

    carry_out(lambda: decide(here(), number, "reject", as_json=as_json), as_json=as_json)


@app.command()
def resolve(
    flow: Annotated[str, typer.Argument(help="The flow that asks.")],
    sku: Annotated[str, typer.Argument(help="The SKU.")],
    atom: Annotated[str, typer.Argument(help="The atom, such as name.")],
    side: Annotated[str, typer.Argument(help="source or target: which of the two is right.")],
    as_json: JSON = False,
) -> None:
    """Say which side of a conflict is right."""
    from shopweave.cli.planning import resolve_conflict

    carry_out(lambda: resolve_conflict(here(), flow, sku, atom, side, as_json=as_json), as_json=as_json)
