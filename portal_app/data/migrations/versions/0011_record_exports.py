"""files with whole records, for those who asked for them"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('recordexport',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('holds', sa.LargeBinary(), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ready_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_recordexport_chart_id_chart')),
    sa.ForeignKeyConstraint(['file_id'], ['storedfile.id'], name=op.f('fk_recordexport_file_id_storedfile')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_recordexport_patient_id_patient')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_recordexport_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recordexport'))
    )
    with op.batch_alter_table('recordexport', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recordexport_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recordexport_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recordexport_public_id'), ['public_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_recordexport_user_id'), ['user_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('recordexport', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recordexport_user_id'))
        batch_op.drop_index(batch_op.f('ix_recordexport_public_id'))
        batch_op.drop_index(batch_op.f('ix_recordexport_patient_id'))
        batch_op.drop_index(batch_op.f('ix_recordexport_chart_id'))

    op.drop_table('recordexport')
