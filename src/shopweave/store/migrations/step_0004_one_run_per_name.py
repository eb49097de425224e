"""A run has its name in the engine for itself, however often its first step is repeated."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0004"
down_revision = "0003"

_END = """UPDATE run SET state = 'failed', ended = started, error = 'A step that was repeated began it again.'
WHERE ended IS NULL AND engine <> ''
  AND EXISTS (SELECT 1 FROM run AS first WHERE first.engine = run.engine AND first.id < run.id)"""
_NAME = """UPDATE run SET engine = 'run:' || id
WHERE engine = ''
  OR EXISTS (SELECT 1 FROM run AS first WHERE first.engine = run.engine AND first.id < run.id)"""


def upgrade(op: Operations) -> None:
    """End what was begun twice, name the runs that have no name, and let no name come twice."""
    op.execute(_END)
    op.execute(_NAME)
    with op.batch_alter_table("run") as table:
        table.alter_column("engine", type_=sa.String(160), existing_type=sa.String(64), nullable=False)
    op.create_index("run_engine", "run", ["engine"], unique=True)
