"""`shopweave icecat …`: the three tools for Icecat."""

from pathlib import Path
from typing import Annotated

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()
icecat_app = typer.Typer(help="Icecat texts, weights and pictures for the shop.", no_args_is_help=True)
app.add_typer(icecat_app, name="icecat")

ENV = Annotated[Path, typer.Option(help="The environment file, in the hub's folder.")]
ONLY_PLAN = Annotated[bool, typer.Option("--plan", help="Show what would be sent, send nothing.")]


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
