"""People link records by hand: what is apart is remembered, and units per record may be any number."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0013"
down_revision = "0012"

_LINKS = "UPDATE link SET factor = CAST(old_factor AS VARCHAR(40)) WHERE old_factor <> 1"
_LINES = "UPDATE order_line SET factor = CAST(old_factor AS VARCHAR(40)) WHERE old_factor <> 1"


def upgrade(op: Operations) -> None:
    """Add the pairs that are not the same, and write factors as decimal numbers."""
    op.create_table(
        "apart",
        sa.Column("item", sa.Integer, sa.ForeignKey("item.id"), primary_key=True),
        sa.Column("record", sa.Integer, sa.ForeignKey("record.id"), primary_key=True),
        sa.Column("why", sa.String(12), nullable=False),
        sa.Column("who", sa.String(320), nullable=False),
        sa.Column("since", sa.String(32), nullable=False),
    )
    op.create_index("apart_record", "apart", ["record"])
    for table, update in (("link", _LINKS), ("order_line", _LINES)):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN factor TO old_factor")
        op.add_column(table, sa.Column("factor", sa.String(40), nullable=False, server_default="1"))
        op.execute(update)
        op.drop_column(table, "old_factor")
