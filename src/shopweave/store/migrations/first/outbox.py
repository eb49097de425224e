"""Runs and plans, what waits to be sent and was sent, and what a person should know."""

import sqlalchemy as sa
from alembic.operations import Operations

from shopweave.store.migrations.first.pieces import MOMENT, key, to


def make_outbox(op: Operations) -> None:
    """Make these tables."""
    _runs(op)
    _plans(op)
    _changes(op)
    _change_indexes(op)
    _needs(op)
    _findings(op)


def _runs(op: Operations) -> None:
    op.create_table(
        "run",
        key(),
        to("workspace", "workspace"),
        to("flow", "flow"),
        sa.Column("engine", sa.String(64), nullable=False),
        sa.Column("asked_by", sa.String(320), nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("step", sa.String(40), nullable=False, server_default=""),
        sa.Column("started", MOMENT, nullable=False),
        sa.Column("ended", MOMENT),
        sa.Column("read", sa.Integer, nullable=False, server_default="0"),
        sa.Column("matched", sa.Integer, nullable=False, server_default="0"),
        sa.Column("changed", sa.Integer, nullable=False, server_default="0"),
        sa.Column("skipped", sa.Integer, nullable=False, server_default="0"),
        sa.Column("held", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failed", sa.Integer, nullable=False, server_default="0"),
        sa.Column("requests", sa.Integer, nullable=False, server_default="0"),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("run_started", "run", ["workspace", "started"])


def _plans(op: Operations) -> None:
    op.create_table(
        "plan",
        key(),
        to("workspace", "workspace"),
        to("flow", "flow"),
        to("run", "run", nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False, server_default="apply"),
        sa.Column("undoes", sa.Integer),
        sa.Column("made", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(320), nullable=False),
        sa.Column("expires", MOMENT),
        sa.Column("decided", MOMENT),
        sa.Column("decided_by", sa.String(320)),
        sa.Column("ended", MOMENT),
        sa.Column("equal", sa.Integer, nullable=False, server_default="0"),
        sa.Column("reasons", sa.Text, nullable=False, server_default="[]"),
    )
    op.create_index("plan_state", "plan", ["workspace", "state"])
    op.create_table(
        "request",
        key(),
        to("connection", "connection"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ended", MOMENT),
        sa.Column("what", sa.String(200), nullable=False),
        sa.Column("items", sa.Integer, nullable=False, server_default="1"),
        sa.Column("method", sa.String(8), nullable=False, server_default=""),
        sa.Column("url", sa.Text, nullable=False, server_default=""),
        sa.Column("body", sa.LargeBinary),
        sa.Column("status", sa.Integer),
        sa.Column("answer", sa.LargeBinary),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("request_at", "request", ["connection", "at"])


def _changes(op: Operations) -> None:
    op.create_table(
        "change",
        key(),
        to("connection", "connection"),
        to("flow", "flow", nullable=True),
        to("plan", "plan", nullable=True),
        to("run", "run", nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("op", sa.String(8), nullable=False),
        to("item", "item", nullable=True),
        to("source", "record", nullable=True),
        to("target", "record", nullable=True),
        to("parent_item", "item", nullable=True),
        sa.Column("reference", sa.String(400)),
        sa.Column("label", sa.String(200), nullable=False, server_default=""),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("sort", sa.String(16), nullable=False, server_default="other"),
        sa.Column("held_why", sa.String(200), nullable=False, server_default=""),
        sa.Column("approved", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("before", sa.LargeBinary, nullable=False),
        sa.Column("after", sa.LargeBinary, nullable=False),
        sa.Column("source_prints", sa.LargeBinary),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("look_ups", sa.Integer, nullable=False, server_default="0"),
        sa.Column("epoch", sa.Integer),
        sa.Column("lease_ends", MOMENT),
        sa.Column("sent", MOMENT),
        sa.Column("settled", MOMENT),
        to("request", "request", nullable=True),
        sa.Column("code", sa.String(60), nullable=False, server_default=""),
        sa.Column("what", sa.Text, nullable=False, server_default=""),
        sa.Column("remedy", sa.Text, nullable=False, server_default=""),
    )


def _change_indexes(op: Operations) -> None:
    op.create_index("change_item", "change", ["item", "state"])
    op.create_index("change_plan", "change", ["plan", "state"])
    op.create_index("change_queue", "change", ["connection", "state", "urgency", "created"])
    op.create_index("change_reference", "change", ["connection", "reference"])
    op.create_index("change_request", "change", ["request"])
    op.create_index("change_run", "change", ["run", "state"])


def _needs(op: Operations) -> None:
    op.create_table(
        "need",
        to("change", "change", primary_key=True),
        sa.Column("connection", sa.Integer, nullable=False),
        sa.Column("reference", sa.String(400), primary_key=True),
    )
    op.create_index("need_reference", "need", ["connection", "reference"])
    op.create_table(
        "media",
        to("connection", "connection", primary_key=True),
        sa.Column("reference", sa.String(400), primary_key=True),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("remote_id", sa.String(120), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("media_content", "media", ["connection", "content"])


def _findings(op: Operations) -> None:
    op.create_table(
        "finding",
        key(),
        to("workspace", "workspace"),
        sa.Column("cause", sa.String(400), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("connection", sa.String(60), nullable=False, server_default=""),
        sa.Column("flow", sa.String(60), nullable=False, server_default=""),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("doing", sa.Text, nullable=False, server_default=""),
        sa.Column("can_do", sa.Text, nullable=False, server_default=""),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("about", sa.Text, nullable=False, server_default="[]"),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("last", MOMENT, nullable=False),
        sa.Column("settled", MOMENT),
        sa.Column("told", MOMENT),
    )
    op.create_index("finding_cause", "finding", ["workspace", "cause"], unique=True)
    op.create_table(
        "notice",
        key(),
        to("workspace", "workspace"),
        to("finding", "finding"),
        sa.Column("way", sa.String(24), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("told", MOMENT, nullable=False),
    )
    op.create_index("notice_of", "notice", ["finding", "way", "since"], unique=True)
