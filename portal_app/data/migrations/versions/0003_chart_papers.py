"""records, documents, and files of more kinds than attachments"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('documentdefinition',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('questionnaire', sa.JSON(), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('markdown', sa.String(), nullable=False),
    sa.Column('pdf', sa.LargeBinary(), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['user.id'], name=op.f('fk_documentdefinition_created_by_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documentdefinition')),
    sa.UniqueConstraint('key', 'version', name=op.f('uq_documentdefinition_key'))
    )
    with op.batch_alter_table('documentdefinition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_documentdefinition_public_id'), ['public_id'], unique=True)

    op.create_table('documentassignment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('definition_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('completed_by', sa.String(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('every', sa.String(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('note', sa.LargeBinary(), nullable=False),
    sa.Column('assigned_by', sa.Uuid(), nullable=True),
    sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assigned_by'], ['user.id'], name=op.f('fk_documentassignment_assigned_by_user')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_documentassignment_chart_id_chart')),
    sa.ForeignKeyConstraint(['definition_id'], ['documentdefinition.id'], name=op.f('fk_documentassignment_definition_id_documentdefinition')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_documentassignment_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documentassignment'))
    )
    with op.batch_alter_table('documentassignment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_documentassignment_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documentassignment_definition_id'), ['definition_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documentassignment_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documentassignment_public_id'), ['public_id'], unique=True)

    op.create_table('documentresponse',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('answers', sa.LargeBinary(), nullable=False),
    sa.Column('score', sa.LargeBinary(), nullable=False),
    sa.Column('written_by', sa.Uuid(), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewed_by', sa.String(), nullable=False),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['documentassignment.id'], name=op.f('fk_documentresponse_assignment_id_documentassignment')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_documentresponse_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_documentresponse_patient_id_patient')),
    sa.ForeignKeyConstraint(['written_by'], ['user.id'], name=op.f('fk_documentresponse_written_by_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documentresponse')),
    sa.UniqueConstraint('assignment_id', 'version', name=op.f('uq_documentresponse_assignment_id'))
    )
    with op.batch_alter_table('documentresponse', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_documentresponse_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documentresponse_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documentresponse_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documentresponse_public_id'), ['public_id'], unique=True)

    op.create_table('recordsource',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('format', sa.String(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.LargeBinary(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('unread', sa.JSON(), nullable=False),
    sa.Column('imported_by', sa.Uuid(), nullable=True),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_recordsource_chart_id_chart')),
    sa.ForeignKeyConstraint(['file_id'], ['storedfile.id'], name=op.f('fk_recordsource_file_id_storedfile')),
    sa.ForeignKeyConstraint(['imported_by'], ['user.id'], name=op.f('fk_recordsource_imported_by_user')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_recordsource_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recordsource'))
    )
    with op.batch_alter_table('recordsource', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recordsource_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recordsource_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recordsource_public_id'), ['public_id'], unique=True)

    op.create_table('recordentry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('source_id', sa.Uuid(), nullable=True),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('identity', sa.LargeBinary(), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('negated', sa.Boolean(), nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('hide_from_proxies', sa.Boolean(), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=False),
    sa.Column('amended_by_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['amended_by_id'], ['recordentry.id'], name=op.f('fk_recordentry_amended_by_id_recordentry')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_recordentry_chart_id_chart')),
    sa.ForeignKeyConstraint(['file_id'], ['storedfile.id'], name=op.f('fk_recordentry_file_id_storedfile')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_recordentry_patient_id_patient')),
    sa.ForeignKeyConstraint(['source_id'], ['recordsource.id'], name=op.f('fk_recordentry_source_id_recordsource')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recordentry')),
    sa.UniqueConstraint('chart_id', 'identity', name=op.f('uq_recordentry_chart_id'))
    )
    with op.batch_alter_table('recordentry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recordentry_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recordentry_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recordentry_public_id'), ['public_id'], unique=True)
        batch_op.create_index('ix_recordentry_shown', ['chart_id', 'kind', 'happened_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_recordentry_source_id'), ['source_id'], unique=False)

    with op.batch_alter_table('storedfile', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(), nullable=False, server_default='attachment'))
        batch_op.alter_column('uploaded_by', existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    with op.batch_alter_table('recordentry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recordentry_source_id'))
        batch_op.drop_index('ix_recordentry_shown')
        batch_op.drop_index(batch_op.f('ix_recordentry_public_id'))
        batch_op.drop_index(batch_op.f('ix_recordentry_patient_id'))
        batch_op.drop_index(batch_op.f('ix_recordentry_chart_id'))

    op.drop_table('recordentry')
    with op.batch_alter_table('recordsource', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recordsource_public_id'))
        batch_op.drop_index(batch_op.f('ix_recordsource_patient_id'))
        batch_op.drop_index(batch_op.f('ix_recordsource_chart_id'))

    op.drop_table('recordsource')
    with op.batch_alter_table('documentresponse', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_documentresponse_public_id'))
        batch_op.drop_index(batch_op.f('ix_documentresponse_patient_id'))
        batch_op.drop_index(batch_op.f('ix_documentresponse_chart_id'))
        batch_op.drop_index(batch_op.f('ix_documentresponse_assignment_id'))

    op.drop_table('documentresponse')
    with op.batch_alter_table('documentassignment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_documentassignment_public_id'))
        batch_op.drop_index(batch_op.f('ix_documentassignment_patient_id'))
        batch_op.drop_index(batch_op.f('ix_documentassignment_definition_id'))
        batch_op.drop_index(batch_op.f('ix_documentassignment_chart_id'))

    op.drop_table('documentassignment')
    with op.batch_alter_table('documentdefinition', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_documentdefinition_public_id'))

    op.drop_table('documentdefinition')
    # an older program knows no other files than attachments
    op.execute(sa.text("DELETE FROM storedfile WHERE kind <> 'attachment'"))
    with op.batch_alter_table('storedfile', schema=None) as batch_op:
        batch_op.alter_column('uploaded_by', existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column('kind')
