"""`shopweave orders …`: what was sold, what became of it, and what a person decides."""

from enum import StrEnum
from typing import Annotated

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()
orders_app = typer.Typer(help="Orders: what was sold and what became of it.", no_args_is_help=True)
app.add_typer(orders_app, name="orders")

ORDER = Annotated[str, typer.Argument(help="The order's id or number, such as 1234 or shop:1234.")]
TARGET = Annotated[str, typer.Option(help="Only at this connection.")]


class Way(StrEnum):
    """What became of goods that nobody has booked."""

    BOOKED = "booked"
    VOID = "void"
    RETRY = "retry"


@orders_app.command("list")
def list_(
    last: Annotated[int, typer.Option(min=1, help="How many of them.")] = 20, as_json: JSON = False
) -> None:
    """List the newest orders and how their hand-overs stand."""
    from shopweave.cli.orders import list_orders

    carry_out(lambda: list_orders(here(), last, as_json=as_json), as_json=as_json)


@orders_app.command()
def show(order: ORDER, as_json: JSON = False) -> None:
    """Tell the whole story of an order: revisions, lines, movements, hand-overs, requests."""
    from shopweave.cli.orders import show_order

    carry_out(lambda: show_order(here(), order, as_json=as_json), as_json=as_json)


@orders_app.command()
def resend(
    order: ORDER,
    target: TARGET = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Send it even if it may be there twice.")] = False,
    as_json: JSON = False,
) -> None:
    """Hand an order over again; warns where the target has it, or may have it."""
    from shopweave.cli.orders import resend_order

    carry_out(lambda: resend_order(here(), order, target, yes=yes, as_json=as_json), as_json=as_json)


@orders_app.command()
def arrived(
    order: ORDER,
    target: TARGET = "",
    remote_id: Annotated[str, typer.Option("--as", help="Its id there.")] = "",
    as_json: JSON = False,
) -> None:
    """Say that an order in doubt is at its target."""
    from shopweave.cli.orders import order_arrived

    carry_out(lambda: order_arrived(here(), order, target, remote_id, as_json=as_json), as_json=as_json)


@orders_app.command()
def release(
    order: ORDER,
    way: Annotated[
        Way,
        typer.Argument(help="booked: somebody booked it; void: it never moved; retry: hand it over again."),
    ],
    as_json: JSON = False,
) -> None:
    """Say what became of sold goods that nobody has booked."""
    from shopweave.cli.orders import release_order

    carry_out(lambda: release_order(here(), order, way.value, as_json=as_json), as_json=as_json)


@orders_app.command()
def erase(
    email: Annotated[str, typer.Argument(help="The buyer's e-mail address.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    as_json: JSON = False,
) -> None:
    """Forget who bought: names, addresses and what was received, in all orders of an e-mail address."""
    from shopweave.cli.orders import erase_buyer

    carry_out(lambda: erase_buyer(here(), email, yes=yes, as_json=as_json), as_json=as_json)
