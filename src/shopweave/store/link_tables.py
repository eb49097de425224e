"""The tables of items, the records they are linked to, and those that they are not."""

from sqlalchemy import Column, Index, String

from shopweave.store.columns import Moment, Quantity, number, of_workspace, table, to

item = table(
    "item",
    number(),
    of_workspace(),
    Column("form", String(16), nullable=False),
    to("parent", "item", nullable=True),
    Column("created", Moment, nullable=False),
)
link = table(
    "link",
    number(),
    to("item", "item"),
    to("record", "record"),
    to("connection", "connection"),
    Column("factor", Quantity, nullable=False, server_default="1"),
    Column("how", String(24), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
)
Index(
    "link_living_record",
    link.c.record,
    unique=True,
    sqlite_where=link.c.until.is_(None),
    postgresql_where=link.c.until.is_(None),
)
Index(
    "link_living_item",
    link.c.item,
    link.c.connection,
    unique=True,
    sqlite_where=link.c.until.is_(None),
    postgresql_where=link.c.until.is_(None),
)
apart = table(
    "apart",
    to("item", "item", primary_key=True),
    to("record", "record", primary_key=True),
    Column("why", String(12), nullable=False),
    Column("who", String(320), nullable=False),
    Column("since", Moment, nullable=False),
    Index("apart_record", "record"),
)
