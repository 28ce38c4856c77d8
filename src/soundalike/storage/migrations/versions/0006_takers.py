"""Who takes a quiz."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("quizzes", sa.Column("taken_by", sa.Uuid()))
