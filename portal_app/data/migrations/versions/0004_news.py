"""notices of something new"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('outboxmail', schema=None) as batch_op:
        batch_op.add_column(sa.Column('chart', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('needs', sa.String(), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('outboxmail', schema=None) as batch_op:
        batch_op.drop_column('needs')
        batch_op.drop_column('chart')
