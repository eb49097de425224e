"""`shopweave stock …`: where every unit is, and what waits for a person."""

from typing import Annotated

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()
stock_app = typer.Typer(help="Stock: where every unit is, and what waits for you.", no_args_is_help=True)
app.add_typer(stock_app, name="stock")


@stock_app.command("list")
def list_(as_json: JSON = False) -> None:
    """List levels that are not written, by reason, and levels of masters that are held."""
    from shopweave.cli.stock import list_stock

    carry_out(lambda: list_stock(here(), as_json=as_json), as_json=as_json)


@stock_app.command()
def release(
    name: Annotated[str, typer.Argument(help="A flow of stock, for its first levels; or a master.")],
    skus: Annotated[list[str] | None, typer.Argument(help="Only these SKUs of a master.")] = None,
    as_json: JSON = False,
) -> None:
    """Let the first levels of a flow go, or believe the held levels of a master."""
    from shopweave.cli.stock import release_stock

    carry_out(lambda: release_stock(here(), name, skus or [], as_json=as_json), as_json=as_json)


@stock_app.command()
def explain(sku: Annotated[str, typer.Argument(help="The SKU.")], as_json: JSON = False) -> None:
    """Show every unit: on hand, sold and not booked, held back, expected, written, and why not."""
    from shopweave.cli.stock import explain as tell_stock

    carry_out(lambda: tell_stock(here(), sku, as_json=as_json), as_json=as_json)
