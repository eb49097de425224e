"""Orders as they were received, what they moved, and to whom they were handed over."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0006"
down_revision = "0005"

MOMENT, QUANTITY = sa.String(32), sa.String(40)


def upgrade(op: Operations) -> None:
    """Make their tables."""
    _orders(op)
    _revisions(op)
    _lines(op)
    _handovers(op)
    _movements(op)


def _to(name: str, table: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[int]:
    target = sa.ForeignKey(f"{table}.id")
    return sa.Column(name, sa.Integer, target, nullable=nullable, primary_key=primary_key)


def _text(name: str, size: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=False, server_default="")


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def _orders(op: Operations) -> None:
    op.create_table(
        "customer_order",
        _key(),
        _to("connection", "connection"),
        sa.Column("remote_id", sa.String(120), nullable=False),
        _text("number", 120),
        _text("status", 60),
        sa.Column("changed", MOMENT),
        sa.Column("created", MOMENT),
        _text("mark", 400),
        _text("currency", 3),
        sa.Column("total", QUANTITY),
        _text("buyer", 64),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.Column("newest", sa.Integer, nullable=False, server_default="0"),
        sa.Column("final", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("first", MOMENT, nullable=False),
        sa.Column("read", MOMENT, nullable=False),
        _text("code", 24),
        _long("what"),
        sa.Column("erased", MOMENT),
        sa.UniqueConstraint("connection", "remote_id"),
    )
    op.create_index("customer_order_open", "customer_order", ["connection", "final", "read"])
    op.create_index("customer_order_buyer", "customer_order", ["buyer"])


def _revisions(op: Operations) -> None:
    op.create_table(
        "order_revision",
        _to("order", "customer_order", primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("status", sa.String(60), nullable=False),
        sa.Column("changed", MOMENT),
        sa.Column("read", MOMENT, nullable=False),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("body", sa.LargeBinary),
        _text("code", 24),
    )
    op.create_index("order_revision_read", "order_revision", ["read"])


def _lines(op: Operations) -> None:
    op.create_table(
        "order_line",
        _to("order", "customer_order", primary_key=True),
        sa.Column("line", sa.String(120), primary_key=True),
        _to("connection", "connection"),
        _text("sku", 120),
        _long("name"),
        _text("remote_id", 120),
        sa.Column("quantity", QUANTITY, nullable=False),
        _to("item", "item", nullable=True),
        sa.Column("factor", sa.Integer, nullable=False, server_default="1"),
        _long("parked"),
    )
    op.create_index("order_line_line", "order_line", ["connection", "line"])
    op.create_index("order_line_parked", "order_line", ["connection", "parked"])


def _handovers(op: Operations) -> None:
    op.create_table(
        "handover",
        _key(),
        _to("connection", "connection"),
        _to("flow", "flow"),
        _to("order", "customer_order"),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("reference", sa.String(400), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("look_ups", sa.Integer, nullable=False, server_default="0"),
        sa.Column("epoch", sa.Integer),
        sa.Column("lease_ends", MOMENT),
        sa.Column("sent", MOMENT),
        sa.Column("settled", MOMENT),
        sa.Column("began", sa.Integer),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        _text("remote_id", 120),
        _to("request", "request", nullable=True),
        _text("code", 60),
        _long("what"),
        _long("remedy"),
        sa.UniqueConstraint("order", "flow", "kind", "n"),
    )
    op.create_index("handover_queue", "handover", ["connection", "state", "urgency", "created"])
    op.create_index("handover_request", "handover", ["request"])


def _movements(op: Operations) -> None:
    op.create_table(
        "movement",
        _key(),
        _to("connection", "connection"),
        _to("order", "customer_order"),
        sa.Column("line", sa.String(120), nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        _to("item", "item"),
        _to("master", "connection"),
        _text("warehouse", 120),
        sa.Column("factor", QUANTITY, nullable=False),
        sa.Column("quantity", QUANTITY, nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("way", sa.String(12), nullable=False),
        _to("handover", "handover", nullable=True),
        sa.Column("began", sa.Integer),
        sa.Column("ended", sa.Integer),
        sa.Column("made", MOMENT, nullable=False),
        sa.Column("moved", MOMENT, nullable=False),
        _text("who", 320),
        sa.UniqueConstraint("connection", "line", "n"),
    )
    op.create_index("movement_item", "movement", ["master", "item", "stage"])
    op.create_index("movement_order", "movement", ["order"])
    op.create_index("movement_stage", "movement", ["stage", "made"])
    op.create_index("movement_handover", "movement", ["handover"])
