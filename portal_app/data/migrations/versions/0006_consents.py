"""consents: what was shown, what happened, and who has signed"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('disclosureacceptance',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('ip', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_disclosureacceptance_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disclosureacceptance')),
    sa.UniqueConstraint('user_id', 'version', name=op.f('uq_disclosureacceptance_user_id'))
    )
    with op.batch_alter_table('disclosureacceptance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_disclosureacceptance_user_id'), ['user_id'], unique=False)

    op.create_table('consentsource',
    sa.Column('definition_id', sa.Uuid(), nullable=False),
    sa.Column('pdf', sa.LargeBinary(), nullable=False),
    sa.Column('pages', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['definition_id'], ['documentdefinition.id'], name=op.f('fk_consentsource_definition_id_documentdefinition')),
    sa.PrimaryKeyConstraint('definition_id', name=op.f('pk_consentsource'))
    )
    op.create_table('consentevent',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('by', sa.LargeBinary(), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['documentassignment.id'], name=op.f('fk_consentevent_assignment_id_documentassignment')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_consentevent_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consentevent_patient_id_patient')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_consentevent_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consentevent'))
    )
    with op.batch_alter_table('consentevent', schema=None) as batch_op:
        batch_op.create_index('ix_consentevent_assignment', ['assignment_id', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_consentevent_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_consentevent_patient_id'), ['patient_id'], unique=False)

    op.create_table('consentpaper',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.LargeBinary(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['documentassignment.id'], name=op.f('fk_consentpaper_assignment_id_documentassignment')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_consentpaper_chart_id_chart')),
    sa.ForeignKeyConstraint(['file_id'], ['storedfile.id'], name=op.f('fk_consentpaper_file_id_storedfile')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consentpaper_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consentpaper')),
    sa.UniqueConstraint('assignment_id', name=op.f('uq_consentpaper_assignment_id')),
    sa.UniqueConstraint('file_id', name=op.f('uq_consentpaper_file_id'))
    )
    with op.batch_alter_table('consentpaper', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consentpaper_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_consentpaper_patient_id'), ['patient_id'], unique=False)

    op.create_table('consentsignature',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('relationship', sa.String(), nullable=False),
    sa.Column('evidence', sa.LargeBinary(), nullable=False),
    sa.Column('key_id', sa.String(), nullable=False),
    sa.Column('signature', sa.LargeBinary(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['documentassignment.id'], name=op.f('fk_consentsignature_assignment_id_documentassignment')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_consentsignature_chart_id_chart')),
    sa.ForeignKeyConstraint(['file_id'], ['storedfile.id'], name=op.f('fk_consentsignature_file_id_storedfile')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consentsignature_patient_id_patient')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_consentsignature_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consentsignature')),
    sa.UniqueConstraint('assignment_id', 'number', name='uq_consentsignature_number'),
    sa.UniqueConstraint('assignment_id', 'user_id', 'role', name='uq_consentsignature_person'),
    sa.UniqueConstraint('file_id', name=op.f('uq_consentsignature_file_id'))
    )
    with op.batch_alter_table('consentsignature', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consentsignature_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_consentsignature_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_consentsignature_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_consentsignature_public_id'), ['public_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_consentsignature_user_id'), ['user_id'], unique=False)

    with op.batch_alter_table('documentdefinition', schema=None) as batch_op:
        batch_op.drop_column('pdf')

    with op.batch_alter_table('usersession', schema=None) as batch_op:
        batch_op.add_column(sa.Column('method', sa.String(), server_default='password', nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('usersession', schema=None) as batch_op:
        batch_op.drop_column('method')

    with op.batch_alter_table('documentdefinition', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pdf', sa.LargeBinary(), nullable=True))

    with op.batch_alter_table('consentsignature', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consentsignature_user_id'))
        batch_op.drop_index(batch_op.f('ix_consentsignature_public_id'))
        batch_op.drop_index(batch_op.f('ix_consentsignature_patient_id'))
        batch_op.drop_index(batch_op.f('ix_consentsignature_chart_id'))
        batch_op.drop_index(batch_op.f('ix_consentsignature_assignment_id'))

    op.drop_table('consentsignature')
    with op.batch_alter_table('consentpaper', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consentpaper_patient_id'))
        batch_op.drop_index(batch_op.f('ix_consentpaper_chart_id'))

    op.drop_table('consentpaper')
    with op.batch_alter_table('consentevent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consentevent_patient_id'))
        batch_op.drop_index(batch_op.f('ix_consentevent_chart_id'))
        batch_op.drop_index('ix_consentevent_assignment')

    op.drop_table('consentevent')
    op.drop_table('consentsource')
    with op.batch_alter_table('disclosureacceptance', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_disclosureacceptance_user_id'))

    op.drop_table('disclosureacceptance')
