"""Reviewers of languages, and numbers of what citizens did"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "reviewer",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "locale"),
    )
    op.create_table(
        "visit",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("arrivals", sa.BigInteger(), nullable=False),
        sa.Column("leavings", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "locale", "node"),
    )


def downgrade() -> None:
    op.drop_table("visit")
    op.drop_table("reviewer")
