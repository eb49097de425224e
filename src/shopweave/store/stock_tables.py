"""The tables of stock: what masters have on hand, what channels are expected to show."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Text, false

from shopweave.store.columns import Moment, Quantity, table, to

counter = table(
    "counter",
    to("connection", "connection", primary_key=True),
    Column("number", Integer, nullable=False, server_default="0"),
    Column("pull", Integer, nullable=False, server_default="0"),
    Column("drained", Integer, nullable=False, server_default="0"),
    Column("unread", Moment),
)
ledger = table(
    "ledger",
    to("connection", "connection", primary_key=True),
    Column("since", Moment, nullable=False),
)
level = table(
    "level",
    to("record", "record", primary_key=True),
    to("connection", "connection"),
    Column("state", String(16), nullable=False),
    Column("quantity", Quantity),
    Column("began", Integer, nullable=False),
    Column("ended", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("zeroed", Integer),
    Column("held", String(8), nullable=False, server_default=""),
    Column("read_state", String(16), nullable=False),
    Column("read_quantity", Quantity),
    Column("places", Text),
    Column("read_places", Text),
    Column("unexplained", Quantity),
    Column("changed", Moment),
    Index("level_zeroed", "connection", "zeroed"),
    Index("level_held", "connection", "held"),
)
shelf = table(
    "shelf",
    to("record", "record", primary_key=True),
    to("connection", "connection"),
    Column("expected", String(16), nullable=False, server_default="unknown"),
    Column("expected_quantity", Quantity),
    Column("seen", String(16)),
    Column("seen_quantity", Quantity),
    Column("seen_began", Integer, nullable=False, server_default="0"),
    Column("seen_ended", Integer, nullable=False, server_default="0"),
    Column("wrote", Integer, nullable=False, server_default="0"),
    Column("stale", Integer, nullable=False, server_default="0"),
    Column("sold", Integer, nullable=False, server_default="0"),
    Column("again", Boolean, nullable=False, server_default=false()),
    Column("not_before", Moment),
    Column("misses", Integer, nullable=False, server_default="0"),
    Column("read_at", Moment),
    Column("wanted", String(16)),
    Column("wanted_quantity", Quantity),
    Column("written_at", Moment),
    Column("request", Integer),
    Column("epoch", Integer),
    Column("lease_ends", Moment),
    Column("sent", Moment),
    Column("generation", Integer, nullable=False, server_default="1"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("since", Moment, nullable=False),
    Column("drifted", Integer, nullable=False, server_default="0"),
    Column("why", String(16), nullable=False, server_default=""),
    Column("code", String(24), nullable=False, server_default=""),
    Column("what", Text, nullable=False, server_default=""),
    Index("shelf_marked", "connection", "since"),
)
