"""Numbers of handoffs and of questions without an answer"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
ADDED = ("handoffs", "unanswered")


def upgrade() -> None:
    for name in ADDED:
        op.add_column("visit", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    for name in ADDED:
        op.drop_column("visit", name)
