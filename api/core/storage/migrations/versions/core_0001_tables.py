"""Idempotency keys, and the secrets that all instances of the service share."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "core_0001"
down_revision = None
branch_labels = ("core",)
depends_on = None


def upgrade() -> None:
    # Before the machinery had its own branch, the migration "0001" created these tables. Such a
    # database keeps them, with the secret that signs its cursors.
    existing = sa.inspect(op.get_bind()).get_table_names()
    if "idempotency_keys" not in existing:
        _create_idempotency_keys()
    if "shared_secrets" not in existing:
        _create_shared_secrets()


def downgrade() -> None:
    op.drop_table("shared_secrets")
    op.drop_table("idempotency_keys")


def _create_idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])


def _create_shared_secrets() -> None:
    table = op.create_table(
        "shared_secrets",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_shared_secrets"),
    )
    op.bulk_insert(table, [{"name": "cursors", "value": secrets.token_bytes(32)}])
