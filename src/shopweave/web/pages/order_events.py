"""What happened to an order, in the order of time: readings, hand-overs, bookings."""

from datetime import datetime

from msgspec import Struct

from shopweave.hub.orders import HandOverView, MovementView, OrderStory, RevisionView


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happened; `sort` says which of the three it is about."""

    at: datetime
    sort: str
    reading: RevisionView | None = None
    hand_over: HandOverView | None = None
    movement: MovementView | None = None


def events(story: OrderStory) -> list[Event]:
    """Give all that happened to an order, the first first."""
    found = [Event(at=one.read, sort="read", reading=one) for one in story.revisions]
    for sent in story.hand_overs:
        found.append(Event(at=sent.created, sort="made", hand_over=sent))
        if sent.sent is not None:
            found.append(Event(at=sent.sent, sort="sent", hand_over=sent))
        if sent.settled is not None:
            found.append(Event(at=sent.settled, sort="settled", hand_over=sent))
    for move in story.movements:
        found.append(Event(at=move.made, sort="sold", movement=move))
        if move.stage != "open":
            found.append(Event(at=move.moved, sort="moved", movement=move))
    return sorted(found, key=lambda one: one.at)
