"""What is left of an order when its buyer is forgotten: goods and sums. Pure."""

from msgspec.structs import replace

from shopweave.model.order import Address, Order


def forgotten(order: Order) -> Order:
    """Give an order without anything that says who bought."""
    nobody = Address()
    payment = replace(order.payment, transaction="")
    refunds = tuple(replace(one, reason="") for one in order.refunds)
    return replace(
        order, bill_to=nobody, ship_to=nobody, note="", payment=payment, refunds=refunds, guest=True
    )
