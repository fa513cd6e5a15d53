"""The handoff queue: owners, versions, duty, notes, and what became of each reply"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

CLOSED_NOT = sa.text("state != 'closed'")
WAITING = sa.text("state = 'waiting'")
CLAIMED = sa.text("state = 'claimed'")
WAITED = sa.text("waited IS NOT NULL")
KEYED = sa.text("key IS NOT NULL")

ADDED: dict[str, tuple[sa.Column[Any], ...]] = {
    "ticket": (
        sa.Column("owner", sa.String()),
        sa.Column("last_owner", sa.String()),
        sa.Column("claimed_at", sa.BigInteger()),
        sa.Column("waited", sa.BigInteger()),
        sa.Column("unanswered_since", sa.BigInteger()),
        sa.Column("told", sa.String()),
        sa.Column("rating", sa.String()),
        sa.Column("journalised_at", sa.BigInteger()),
    ),
    "transcript": (
        sa.Column("locale", sa.String()),
        sa.Column("author", sa.String()),
        sa.Column("key", sa.String()),
        sa.Column("seq", sa.BigInteger()),
        sa.Column("delivery", sa.String()),
        sa.Column("reason", sa.String()),
        sa.Column("edited_at", sa.BigInteger()),
        sa.Column("deleted_at", sa.BigInteger()),
    ),
}
FILLED: dict[
    str, tuple[sa.types.TypeEngine[Any], str]
] = {  # new columns that must hold something, and what they hold for tickets that are there already
    "rank": (
        sa.Integer(),
        "CASE urgency WHEN 'danger' THEN 0 WHEN 'child' THEN 1 WHEN 'violence' THEN 2 WHEN 'deadline' THEN 3 "
        "ELSE 4 END",
    ),
    "waiting_since": (sa.BigInteger(), "opened_at"),
    "version": (sa.Integer(), "1"),
    "is_unreachable": (sa.Boolean(), "false"),
    "is_threat": (sa.Boolean(), "false"),
}


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, sa.Column(column.name, column.type))
    for name, (kind, _) in FILLED.items():
        op.add_column("ticket", sa.Column(name, kind))
    values = ", ".join(f"{name} = {value}" for name, (_, value) in FILLED.items())
    op.execute(f"UPDATE ticket SET {values}")  # noqa: S608  (our own words)
    # SQLite copies the table for this, and would lose the indexes with a condition: they are made anew.
    op.drop_index("ticket_one_open", "ticket")
    with op.batch_alter_table("ticket") as batch:
        for name, (kind, _) in FILLED.items():
            batch.alter_column(name, existing_type=kind, nullable=False)
    _index("ticket_one_open", "ticket", ["chat_id"], CLOSED_NOT, unique=True)
    order = ["rank", "waiting_since", "id"]
    _index("ticket_waiting", "ticket", order, WAITING)
    _index("ticket_open", "ticket", order, CLOSED_NOT)
    _index("ticket_owner", "ticket", ["owner"], CLAIMED)
    _index("ticket_waited", "ticket", ["claimed_at"], WAITED)
    op.create_index("ticket_id", "ticket", ["id"])
    _index("transcript_key", "transcript", ["chat_id", "ticket_id", "key"], KEYED, unique=True)

    op.create_table(
        "note",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "ticket_id", "id"),
    )
    op.create_table(
        "duty",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("data", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "closure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account", sa.String()),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _index(name: str, table: str, columns: list[str], where: sa.TextClause, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for table in ("closure", "duty", "note"):
        op.drop_table(table)
    op.drop_index("transcript_key", "transcript")
    for index in ("ticket_id", "ticket_waited", "ticket_owner", "ticket_open", "ticket_waiting", "ticket_one_open"):
        op.drop_index(index, "ticket")
    with op.batch_alter_table("ticket") as batch:
        for name in FILLED:
            batch.drop_column(name)
    _index("ticket_one_open", "ticket", ["chat_id"], CLOSED_NOT, unique=True)
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column.name)
