"""When a loan is due."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("loan", sa.Column("due", sa.Date))


def downgrade() -> None:
    op.drop_column("loan", "due")
