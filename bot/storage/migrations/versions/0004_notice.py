"""Notices of waiting tickets in advisers' Telegram; the time of a call-back"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("callback_at", sa.BigInteger()))
    op.create_table(
        "notice_link",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String()),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id"),
        sa.UniqueConstraint("account"),
    )
    op.create_table(
        "notice_code",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String()),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "notice",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "ticket_id", "level"),
    )


def downgrade() -> None:
    for table in ("notice", "notice_code", "notice_link"):
        op.drop_table(table)
    op.drop_column("ticket", "callback_at")
