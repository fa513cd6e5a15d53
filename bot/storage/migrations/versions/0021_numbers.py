"""Numbers of handoffs and of questions without an answer, which had a table of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
ADDED = ("handoffs", "unanswered")


def upgrade() -> None:
    for name in ADDED:
        op.add_column("visit", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.drop_table("question_count")


def downgrade() -> None:
    op.create_table(
        "question_count",
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "locale"),
    )
    for name in ADDED:
        op.drop_column("visit", name)
