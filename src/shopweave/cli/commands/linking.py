"""Commands about links: what is linked to nothing, and what a person says about it."""

from typing import Annotated

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()

SKU = Annotated[str, typer.Argument(help="The SKU of the item, or item:NUMBER.")]
PLACE = Annotated[str, typer.Argument(help="The connection, such as shop.")]
YES = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]


@app.command()
def links(
    connection: Annotated[str, typer.Option(help="Only at this connection.")] = "",
    doubtful: Annotated[bool, typer.Option("--doubtful", help="Only what fits an item.")] = False,
    unlinked: Annotated[bool, typer.Option("--unlinked", help="Only what fits none.")] = False,
    sku: Annotated[str, typer.Option(help="All links that this item has or had.")] = "",
    as_json: JSON = False,
) -> None:
    """List products that are linked to nothing, with what they may be; or all links of a SKU."""
    from shopweave.cli.linking import list_links, show_links

    if sku:
        carry_out(lambda: show_links(here(), sku, as_json=as_json), as_json=as_json)
    else:
        show = "" if doubtful == unlinked else "doubtful" if doubtful else "unlinked"
        carry_out(lambda: list_links(here(), connection, show, as_json=as_json), as_json=as_json)


@app.command()
def link(
    sku: SKU,
    connection: PLACE,
    remote_id: Annotated[str, typer.Argument(help="The product's id there; 'shopweave links' shows it.")],
    factor: Annotated[str, typer.Option(help="How many of the item one there is, such as 6.")] = "1",
    not_same: Annotated[
        bool, typer.Option("--not-same", help="Say that they are not the same, and never ask again.")
    ] = False,
    yes: YES = False,
    as_json: JSON = False,
) -> None:
    """Link an item to a product of a connection, or say that they are not the same."""
    from shopweave.cli.linking import link_by_hand, set_apart

    if not_same:
        carry_out(
            lambda: set_apart(here(), sku, connection, remote_id, yes=yes, as_json=as_json), as_json=as_json
        )
    else:
        carry_out(
            lambda: link_by_hand(here(), sku, connection, remote_id, factor, as_json=as_json), as_json=as_json
        )


@app.command()
def unlink(sku: SKU, connection: PLACE, yes: YES = False, as_json: JSON = False) -> None:
    """End the link of an item at a connection: nothing is written there any more."""
    from shopweave.cli.linking import unlink_by_hand

    carry_out(lambda: unlink_by_hand(here(), sku, connection, yes=yes, as_json=as_json), as_json=as_json)
