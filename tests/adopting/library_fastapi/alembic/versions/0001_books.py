"""Books and their loans."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "book",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("subtitle", sa.Text),
    )
    op.create_table(
        "loan",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("book_id", sa.Integer, sa.ForeignKey("book.id"), nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column(
            "state",
            sa.Enum("lent", "returned", name="loan_state"),
            nullable=False,
            server_default="lent",
        ),
    )


def downgrade() -> None:
    op.drop_table("loan")
    op.drop_table("book")
