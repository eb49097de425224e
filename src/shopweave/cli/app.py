"""The commands and their options; what they do stands in modules that are imported when they run."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shopweave import __version__
from shopweave.cli.commands import notify, simulate
from shopweave.cli.running import FOLDER, carry_out, dir_first, here

app = typer.Typer(
    name="shopweave",
    help="Keep shops, tills and content in step: shows a plan before it writes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
icecat_app = typer.Typer(help="Icecat texts, weights and pictures for the shop.", no_args_is_help=True)
app.add_typer(icecat_app, name="icecat")
app.add_typer(notify.app)
app.add_typer(simulate.app)

FLOWS = Annotated[list[str] | None, typer.Argument(help="Names of flows; all when none is given.")]
PLAN = Annotated[int, typer.Argument(help="The number of the plan; 'shopweave plans' lists them.")]
JSON = Annotated[bool, typer.Option("--json", help="Print one JSON object on the last line.")]
ENV = Annotated[Path, typer.Option(help="The environment file, in the hub's folder.")]
ONLY_PLAN = Annotated[bool, typer.Option("--plan", help="Show what would be sent, send nothing.")]


class Pace(StrEnum):
    """How fast simulated systems answer."""

    INSTANT = "instant"
    REAL = "real"


def main() -> None:
    """Run the command line."""
    app(args=dir_first(sys.argv[1:]), prog_name="shopweave")


@app.callback()
def at(
    folder: Annotated[
        Path, typer.Option("--dir", envvar="SHOPWEAVE_DIR", help="The hub's folder; may stand anywhere.")
    ] = Path(),
) -> None:
    """Keep shops, tills and content in step: shows a plan before it writes."""
    FOLDER.set(folder.resolve())


@app.command()
def version() -> None:
    """Say which version this is."""
    typer.echo(__version__)


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
def plans(as_json: JSON = False) -> None:
    """List the plans that wait for a person."""
    from shopweave.cli.planning import list_plans

    carry_out(lambda: list_plans(here(), as_json=as_json), as_json=as_json)


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


@app.command()
def findings(as_json: JSON = False) -> None:
    """List what a person should know."""
    from shopweave.cli.telling import list_findings

    carry_out(lambda: list_findings(here(), as_json=as_json), as_json=as_json)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="One round, then end.")] = False,
    items: Annotated[int, typer.Option(min=1, help="Items of the simulated till.")] = 200,
    simple: Annotated[bool, typer.Option("--simple", help="Simple products only.")] = False,
    dump: Annotated[Path | None, typer.Option(help="Write what is really there into this folder.")] = None,
    pace: Annotated[Pace, typer.Option(help="At once, or as slow as the real systems.")] = Pace.INSTANT,
    seed: Annotated[int, typer.Option(help="Another invented catalogue.")] = 7,
    as_json: JSON = False,
) -> None:
    """Start a simulated shop, till and Icecat in this folder and keep them in step."""
    from shopweave.cli.demo import run_demo

    carry_out(
        lambda: run_demo(
            here(),
            once=once,
            items=items,
            simple=simple,
            out=dump,
            real=pace is Pace.REAL,
            seed=seed,
            as_json=as_json,
        ),
        as_json=as_json,
    )


@app.command()
def work() -> None:
    """Go on by the clock: run each flow by its schedule until stopped."""
    from shopweave.cli.keeping import go_on

    carry_out(lambda: go_on(here()))


@app.command()
def backup(
    target: Annotated[Path | None, typer.Argument(help="The file to write; else one in backups/.")] = None,
    as_json: JSON = False,
) -> None:
    """Copy the hub's database, even while it works."""
    from shopweave.cli.keeping import write_backup

    carry_out(lambda: write_backup(here(), target, as_json=as_json), as_json=as_json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that 'shopweave backup' wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Yes, put the hub back.")] = False,
    as_json: JSON = False,
) -> None:
    """Put a backup in place; the present database is kept beside it."""
    from shopweave.cli.keeping import put_back

    carry_out(lambda: put_back(here(), file, confirmed=yes, as_json=as_json), as_json=as_json)


@icecat_app.command("bulk")
def icecat_bulk(
    env: ENV = Path(".icecat_env"),
    only_plan: ONLY_PLAN = False,
    as_json: JSON = False,
) -> None:
    """Bring all products of the till up to date from Icecat."""
    from shopweave.cli.icecat import bulk

    carry_out(lambda: bulk(here(), env, only_plan=only_plan, as_json=as_json), as_json=as_json)


@icecat_app.command("one")
def icecat_one(
    ean: Annotated[str, typer.Option(help="The EAN to ask for.")],
    sku: Annotated[str, typer.Option(help="The SKU of the product.")],
    env: ENV = Path(".icecat_env"),
    only_plan: ONLY_PLAN = False,
    as_json: JSON = False,
) -> None:
    """Bring one product up to date from Icecat."""
    from shopweave.cli.icecat import one

    carry_out(lambda: one(here(), env, ean, sku, only_plan=only_plan, as_json=as_json), as_json=as_json)


@icecat_app.command("clean")
def icecat_clean(
    env: ENV = Path(".icecat_env"),
    only_plan: ONLY_PLAN = False,
    as_json: JSON = False,
) -> None:
    """Remove every Icecat block from the shop's texts; the manual texts stay as they are."""
    from shopweave.cli.icecat import clean

    carry_out(lambda: clean(here(), env, only_plan=only_plan, as_json=as_json), as_json=as_json)
