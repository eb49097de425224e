"""What a person should know of orders. No buyer's name and no address ever stands in it."""

from collections.abc import Sequence

from shopweave.lanes.ways import Way
from shopweave.model.change import WriteRefused
from shopweave.model.finding import Finding, Severity


def refused_order(connection: str, number: str, answer: WriteRefused) -> Finding:
    """Say that a connection does not take an order, or news of one."""
    return Finding(
        code=answer.code[:24],
        cause=f"order:{connection}:refused:{answer.code}",
        severity=Severity.NEEDS,
        what=f"{connection} refused an order: {answer.what}",
        why="Orders with this fault are not handed over; all others are.",
        doing="One that changes in its channel is tried again.",
        can_do=answer.remedy or "Correct the order in its channel, then: shopweave orders resend NUMBER.",
        connection=connection,
        about=(number,),
    )


def refused_booking(connection: str, answer: WriteRefused, references: Sequence[str]) -> Finding:
    """Say that a connection does not book a difference."""
    return Finding(
        code=answer.code[:24],
        cause=f"booking:{connection}:refused:{answer.code}",
        severity=Severity.NEEDS,
        what=f"{connection} refused to book what was sold elsewhere: {answer.what}",
        why="Channels show that much less until it is booked.",
        doing="Everything else is booked.",
        can_do="For each order: shopweave orders release NUMBER booked, … void, or … retry.",
        connection=connection,
        about=tuple(references),
    )


def parked_order(way: Way, number: str, labels: Sequence[str]) -> Finding:
    """Say that an order waits because the target has no record for some of its lines."""
    return Finding(
        code="ORD-012",
        cause=parked_order_cause(way),
        severity=Severity.NEEDS,
        what=f"Orders of {way.channel} have lines that name nothing {way.target_name} sells.",
        why="They wait whole, so that no sum is wrong; no other order waits for them.",
        doing="They go by themselves once their items are linked.",
        can_do="Choose its product on the order's page, or give it the same SKU on both sides.",
        connection=way.target_name,
        flow=way.name,
        about=(number, *dict.fromkeys(labels)),
    )


def parked_order_cause(way: Way) -> str:
    """Name the cause of orders with lines that name nothing their target sells."""
    return f"order:{way.target_name}:parked"


def doubtful_order(way: Way, number: str) -> Finding:
    """Say that only a person can tell whether an order arrived."""
    return Finding(
        code="ORD-013",
        cause=f"order:{way.target_name}:doubt:{way.channel}:{number}",
        severity=Severity.NEEDS,
        what=f"Nobody can say whether {way.target_name} received order {number} of {way.channel}.",
        why="The connection broke off, and this target cannot be asked.",
        doing="Nothing is sent again by itself; its goods count as gone.",
        can_do=f"Look there, then: shopweave orders arrived {number}, or shopweave orders resend {number}.",
        connection=way.target_name,
        flow=way.name,
        about=(number,),
    )


def unsure_orders(way: Way, numbers: Sequence[str]) -> Finding:
    """Say that orders may have gone over before the hub was put back, and that nobody there can be asked."""
    return Finding(
        code="ORD-015",
        cause=unsure_cause(way),
        severity=Severity.NEEDS,
        what=f"The hub was put back, and cannot ask {way.target_name} which orders it has since.",
        why="Orders of before then may be there already; sent again they would be there twice.",
        doing="They wait. Orders made after it was put back are handed over as always.",
        can_do="Look there; for each: shopweave orders arrived NUMBER, or shopweave orders resend NUMBER.",
        connection=way.target_name,
        flow=way.name,
        count=len(numbers),
        about=tuple(dict.fromkeys(numbers)),
    )


def unsure_cause(way: Way) -> str:
    """Name the cause of orders that an earlier life of the hub may have handed over."""
    return f"order:{way.target_name}:unsure"


def changed_order(way: Way, number: str) -> Finding:
    """Say that an order's goods changed after it was handed over, and the target is not told."""
    return Finding(
        code="ORD-014",
        cause=f"order:{way.target_name}:changed",
        severity=Severity.NEEDS,
        what=f"Orders of {way.channel} changed after {way.target_name} had them.",
        why="This flow leaves later changes alone, or the target cannot take them.",
        can_do=f"Change them in {way.target_name} by hand; their stock is told of when it is not booked.",
        connection=way.target_name,
        flow=way.name,
        about=(number,),
    )
