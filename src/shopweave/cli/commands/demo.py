"""`shopweave demo`: the hub beside simulated systems."""

from pathlib import Path
from typing import Annotated

import typer

from shopweave.cli.options import JSON, Pace
from shopweave.cli.running import carry_out, here

app = typer.Typer()


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="One round, then end.")] = False,
    items: Annotated[int, typer.Option(min=1, help="Items of the simulated till.")] = 200,
    simple: Annotated[bool, typer.Option("--simple", help="Simple products only.")] = False,
    dump: Annotated[Path | None, typer.Option(help="Write what is really there into this folder.")] = None,
    pace: Annotated[Pace, typer.Option(help="At once, or as slow as the real systems.")] = Pace.INSTANT,
    orders: Annotated[int, typer.Option(min=0, help="With --once: orders that buyers place meanwhile.")] = 0,
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
            orders=orders,
            as_json=as_json,
        ),
        as_json=as_json,
    )
