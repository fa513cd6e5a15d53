"""Forms that were refused, for the page that shows them"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "refused_form",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("refused_form_session", "refused_form", ["session"])
    op.create_index("refused_form_chat", "refused_form", ["chat_id"])


def downgrade() -> None:
    op.drop_table("refused_form")
