"""Accounts, their sessions, and who did what"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("one_time_until", sa.BigInteger(), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("oidc_subject", sa.String(), nullable=True),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
        sa.UniqueConstraint("oidc_subject"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "code_hash"),
    )
    op.create_table(
        "web_session",
        sa.Column("id_hash", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash"),
    )
    op.create_index("web_session_account", "web_session", ["account_id"], unique=False)
    op.create_index("web_session_created", "web_session", ["created_at"], unique=False)
    op.create_table(
        "login_attempt",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "id"),
    )
    op.create_index("login_attempt_at", "login_attempt", ["at"], unique=False)
    op.add_column("audit", sa.Column("actor", sa.String(), server_default="", nullable=False))
    op.add_column("audit", sa.Column("about", sa.String(), server_default="", nullable=False))
    op.create_index("audit_id", "audit", ["id"], unique=False)


def downgrade() -> None:
    op.drop_index("audit_id", "audit")
    with op.batch_alter_table("audit") as audit:
        audit.drop_column("about")
        audit.drop_column("actor")
    op.drop_table("login_attempt")
    op.drop_table("web_session")
    op.drop_table("recovery_code")
    op.drop_table("account")
