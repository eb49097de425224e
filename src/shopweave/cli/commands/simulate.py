"""`shopweave simulate`: simulated systems over HTTP."""

from typing import Annotated

import typer

from shopweave.cli.options import JSON, Pace
from shopweave.cli.running import carry_out, here

app = typer.Typer()


@app.command()
def simulate(
    names: Annotated[
        list[str] | None, typer.Argument(help="woocommerce, icecat, till; all when none is given.")
    ] = None,
    port: Annotated[list[str] | None, typer.Option(help="NAME=PORT; any free one else.")] = None,
    items: Annotated[int, typer.Option(min=1, help="Items of the invented catalogue.")] = 200,
    simple: Annotated[bool, typer.Option("--simple", help="Simple products only.")] = False,
    pace: Annotated[Pace, typer.Option(help="At once, or as slow as the real systems.")] = Pace.INSTANT,
    fault: Annotated[
        list[str] | None, typer.Option(help="KIND=SHARE such as 5xx=0.05; skew and lag take seconds.")
    ] = None,
    shop_version: Annotated[str, typer.Option("--version", help="Version of WooCommerce.")] = "9.9.5",
    companion: Annotated[
        bool, typer.Option("--companion", help="The shop has the companion plug-in.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Another invented catalogue.")] = 7,
    as_json: JSON = False,
) -> None:
    """Serve simulated systems until stopped; their state stays in this folder."""
    from shopweave.cli.simulating import serve

    carry_out(
        lambda: serve(
            here(),
            names or [],
            ports=port or [],
            items=items,
            simple=simple,
            real=pace is Pace.REAL,
            faults=fault or [],
            version=shop_version,
            companion=companion,
            seed=seed,
            as_json=as_json,
        ),
        as_json=as_json,
    )
