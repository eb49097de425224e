"""What systems last said, our own things, and what both sides agreed on."""

import sqlalchemy as sa
from alembic.operations import Operations

from shopweave.store.migrations.first.pieces import LIVING, MOMENT, key, to


def make_records(op: Operations) -> None:
    """Make these tables."""
    _connections(op)
    _records(op)
    _items(op)
    _reading(op)
    _agreed(op)
    _asked(op)


def _connections(op: Operations) -> None:
    op.create_table(
        "connection",
        key(),
        to("workspace", "workspace"),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("mode", sa.String(8), nullable=False, server_default="live"),
        sa.Column("layout", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("created", MOMENT, nullable=False),
        sa.UniqueConstraint("workspace", "name"),
    )
    op.create_table(
        "lane",
        to("connection", "connection", primary_key=True),
        sa.Column("owner", sa.String(64)),
        sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
        sa.Column("expires", MOMENT),
        sa.Column("not_before", MOMENT),
        sa.Column("why_waiting", sa.Text, nullable=False, server_default=""),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("awake", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("wakes", sa.Integer, nullable=False, server_default="0"),
        sa.Column("tokens", sa.Text, nullable=False, server_default="{}"),
        sa.Column("batch", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "flow",
        key(),
        to("workspace", "workspace"),
        sa.Column("name", sa.String(60), nullable=False),
        to("source", "connection"),
        to("target", "connection"),
        sa.Column("slice", sa.Text, nullable=False),
        sa.Column("begun", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("awake", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("wakes", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("workspace", "name"),
    )


def _records(op: Operations) -> None:
    op.create_table(
        "record",
        key(),
        to("connection", "connection"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("remote_id", sa.String(120), nullable=False),
        sa.Column("parent", sa.String(120)),
        sa.Column("name", sa.Text),
        sa.Column("sku", sa.String(120)),
        sa.Column("gtin", sa.String(14)),
        sa.Column("mark", sa.String(120), nullable=False, server_default=""),
        sa.Column("prints", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("level", sa.String(16), nullable=False, server_default="unknown"),
        sa.Column("quantity", sa.String(40)),
        sa.Column("modified", MOMENT),
        sa.Column("changes_at", MOMENT),
        sa.Column("token", sa.String(40), nullable=False, server_default=""),
        sa.Column("sweep", sa.Integer, nullable=False, server_default="0"),
        sa.Column("gone", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("missing", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("again", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("seen", MOMENT, nullable=False),
        sa.UniqueConstraint("connection", "kind", "remote_id"),
    )
    op.create_index("record_changes_at", "record", ["changes_at"])
    op.create_index("record_gtin", "record", ["connection", "gtin"])
    op.create_index("record_name", "record", ["connection", "kind", "name"])
    op.create_index("record_parent", "record", ["connection", "parent"])
    op.create_index("record_sku", "record", ["connection", "sku"])


def _items(op: Operations) -> None:
    op.create_table(
        "item",
        key(),
        to("workspace", "workspace"),
        sa.Column("form", sa.String(16), nullable=False),
        to("parent", "item", nullable=True),
        sa.Column("created", MOMENT, nullable=False),
    )
    op.create_table(
        "link",
        key(),
        to("item", "item"),
        to("record", "record"),
        to("connection", "connection"),
        sa.Column("factor", sa.Integer, nullable=False, server_default="1"),
        sa.Column("how", sa.String(24), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT),
    )
    op.create_index("link_living_item", "link", ["item", "connection"], **LIVING)
    op.create_index("link_living_record", "link", ["record"], **LIVING)


def _reading(op: Operations) -> None:
    op.create_table(
        "position",
        to("connection", "connection", primary_key=True),
        sa.Column("feed", sa.String(40), primary_key=True),
        sa.Column("position", sa.Text, nullable=False, server_default=""),
        sa.Column("done", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("sweep", sa.Integer, nullable=False, server_default="0"),
        sa.Column("sweeping", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("swept", MOMENT),
        sa.Column("read", MOMENT),
    )
    op.create_table(
        "dirty",
        to("flow", "flow", primary_key=True),
        to("item", "item", primary_key=True),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("since", MOMENT, nullable=False),
    )
    op.create_index("dirty_open", "dirty", ["flow", "since"])
    op.create_table(
        "staleness",
        to("connection", "connection", primary_key=True),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )


def _agreed(op: Operations) -> None:
    op.create_table(
        "agreed",
        to("flow", "flow", primary_key=True),
        to("source", "record", primary_key=True),
        to("target", "record", primary_key=True),
        sa.Column("source_prints", sa.LargeBinary, nullable=False),
        sa.Column("target_prints", sa.LargeBinary, nullable=False),
        sa.Column("unconfirmed", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_index("agreed_target", "agreed", ["target", "unconfirmed"])
    op.create_table(
        "parked",
        to("flow", "flow", primary_key=True),
        to("item", "item", primary_key=True),
        sa.Column("atom", sa.String(60), primary_key=True),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("source_print", sa.LargeBinary, nullable=False),
        sa.Column("target_print", sa.LargeBinary, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("until", MOMENT),
        sa.Column("code", sa.String(24), nullable=False, server_default=""),
        sa.Column("decision", sa.String(16), nullable=False, server_default=""),
        sa.Column("who", sa.String(320), nullable=False, server_default=""),
    )


def _asked(op: Operations) -> None:
    op.create_table(
        "asked",
        to("connection", "connection", primary_key=True),
        to("item", "item", primary_key=True),
        sa.Column("question", sa.String(400), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("what", sa.Text, nullable=False, server_default=""),
        sa.Column("remedy", sa.Text, nullable=False, server_default=""),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("next_try", MOMENT),
        to("record", "record", nullable=True),
    )
    op.create_index("asked_next", "asked", ["connection", "next_try"])
