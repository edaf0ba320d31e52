"""clinician's instructions"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('instruction',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.LargeBinary(), nullable=False),
    sa.Column('draft', sa.LargeBinary(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('is_shown', sa.Boolean(), nullable=False),
    sa.Column('author_name', sa.String(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_instruction_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_instruction_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instruction'))
    )
    with op.batch_alter_table('instruction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_instruction_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_instruction_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_instruction_public_id'), ['public_id'], unique=True)

    op.create_table('instructionmark',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('instruction_id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_instructionmark_chart_id_chart')),
    sa.ForeignKeyConstraint(['instruction_id'], ['instruction.id'], name=op.f('fk_instructionmark_instruction_id_instruction')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_instructionmark_patient_id_patient')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_instructionmark_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instructionmark')),
    sa.UniqueConstraint('instruction_id', 'version', 'user_id', 'what', name=op.f('uq_instructionmark_instruction_id'))
    )
    with op.batch_alter_table('instructionmark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_instructionmark_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_instructionmark_instruction_id'), ['instruction_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_instructionmark_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_instructionmark_user_id'), ['user_id'], unique=False)

    op.create_table('instructionversion',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('instruction_id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('author_name', sa.String(), nullable=False),
    sa.Column('shared_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_instructionversion_chart_id_chart')),
    sa.ForeignKeyConstraint(['instruction_id'], ['instruction.id'], name=op.f('fk_instructionversion_instruction_id_instruction')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_instructionversion_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instructionversion')),
    sa.UniqueConstraint('instruction_id', 'version', name=op.f('uq_instructionversion_instruction_id'))
    )
    with op.batch_alter_table('instructionversion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_instructionversion_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_instructionversion_instruction_id'), ['instruction_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_instructionversion_patient_id'), ['patient_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('instructionversion', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_instructionversion_patient_id'))
        batch_op.drop_index(batch_op.f('ix_instructionversion_instruction_id'))
        batch_op.drop_index(batch_op.f('ix_instructionversion_chart_id'))

    op.drop_table('instructionversion')
    with op.batch_alter_table('instructionmark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_instructionmark_user_id'))
        batch_op.drop_index(batch_op.f('ix_instructionmark_patient_id'))
        batch_op.drop_index(batch_op.f('ix_instructionmark_instruction_id'))
        batch_op.drop_index(batch_op.f('ix_instructionmark_chart_id'))

    op.drop_table('instructionmark')
    with op.batch_alter_table('instruction', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_instruction_public_id'))
        batch_op.drop_index(batch_op.f('ix_instruction_patient_id'))
        batch_op.drop_index(batch_op.f('ix_instruction_chart_id'))

    op.drop_table('instruction')
