"""amendment requests"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('amendmentrequest',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=True),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('client_key', sa.String(), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.Column('asked_by_name', sa.LargeBinary(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('answer', sa.LargeBinary(), nullable=False),
    sa.Column('answered_by', sa.String(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['asked_by'], ['user.id'], name=op.f('fk_amendmentrequest_asked_by_user')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_amendmentrequest_chart_id_chart')),
    sa.ForeignKeyConstraint(['entry_id'], ['recordentry.id'], name=op.f('fk_amendmentrequest_entry_id_recordentry')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_amendmentrequest_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_amendmentrequest')),
    sa.UniqueConstraint('client_key', name=op.f('uq_amendmentrequest_client_key'))
    )
    with op.batch_alter_table('amendmentrequest', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_amendmentrequest_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_amendmentrequest_entry_id'), ['entry_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_amendmentrequest_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_amendmentrequest_public_id'), ['public_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_amendmentrequest_status'), ['status'], unique=False)
    with op.batch_alter_table('recordentry', schema=None) as batch_op:
        batch_op.drop_column('withdrawn_reason')
    with op.batch_alter_table('recordentry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('withdrawn_reason', sa.LargeBinary(), nullable=True))
        batch_op.create_index('ix_recordentry_released', ['released_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('recordentry', schema=None) as batch_op:
        batch_op.drop_index('ix_recordentry_released')
        batch_op.drop_column('withdrawn_reason')
    with op.batch_alter_table('recordentry', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('withdrawn_reason', sa.String(), nullable=False, server_default='')
        )
    with op.batch_alter_table('amendmentrequest', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_amendmentrequest_status'))
        batch_op.drop_index(batch_op.f('ix_amendmentrequest_public_id'))
        batch_op.drop_index(batch_op.f('ix_amendmentrequest_patient_id'))
        batch_op.drop_index(batch_op.f('ix_amendmentrequest_entry_id'))
        batch_op.drop_index(batch_op.f('ix_amendmentrequest_chart_id'))

    op.drop_table('amendmentrequest')
