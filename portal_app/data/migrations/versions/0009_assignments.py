"""assignments that repeat, and answers to look at today"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('documentalert',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_by', sa.String(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['documentassignment.id'], name=op.f('fk_documentalert_assignment_id_documentassignment')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_documentalert_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_documentalert_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documentalert'))
    )
    with op.batch_alter_table('documentalert', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_documentalert_assignment_id'), ['assignment_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_documentalert_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documentalert_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documentalert_public_id'), ['public_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_documentalert_seen_at'), ['seen_at'], unique=False)

    with op.batch_alter_table('documentassignment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('series_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('occasion', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('appointment_id', sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f('ix_documentassignment_appointment_id'), ['appointment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documentassignment_series_id'), ['series_id'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_documentassignment_occasion'), ['occasion'])

    with op.batch_alter_table('documentresponse', schema=None) as batch_op:
        batch_op.add_column(sa.Column('client_key', sa.String(), nullable=True))
        batch_op.create_unique_constraint('uq_documentresponse_client_key', ['assignment_id', 'client_key'])

    with op.batch_alter_table('practice', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('document_rules', sa.JSON(), nullable=False, server_default='{}')
        )



def downgrade() -> None:
    with op.batch_alter_table('practice', schema=None) as batch_op:
        batch_op.drop_column('document_rules')

    with op.batch_alter_table('documentresponse', schema=None) as batch_op:
        batch_op.drop_constraint('uq_documentresponse_client_key', type_='unique')
        batch_op.drop_column('client_key')

    with op.batch_alter_table('documentassignment', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_documentassignment_occasion'), type_='unique')
        batch_op.drop_index(batch_op.f('ix_documentassignment_series_id'))
        batch_op.drop_index(batch_op.f('ix_documentassignment_appointment_id'))
        batch_op.drop_column('appointment_id')
        batch_op.drop_column('occasion')
        batch_op.drop_column('series_id')

    with op.batch_alter_table('documentalert', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_documentalert_seen_at'))
        batch_op.drop_index(batch_op.f('ix_documentalert_public_id'))
        batch_op.drop_index(batch_op.f('ix_documentalert_patient_id'))
        batch_op.drop_index(batch_op.f('ix_documentalert_chart_id'))
        batch_op.drop_index(batch_op.f('ix_documentalert_assignment_id'))

    op.drop_table('documentalert')
