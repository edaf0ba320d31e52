"""addresses in parts, insurance, and changes that wait"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('changerequest',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('field', sa.String(), nullable=False),
    sa.Column('old', sa.LargeBinary(), nullable=False),
    sa.Column('new', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.Column('asked_by_name', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['asked_by'], ['user.id'], name=op.f('fk_changerequest_asked_by_user')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_changerequest_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_changerequest'))
    )
    with op.batch_alter_table('changerequest', schema=None) as batch_op:
        batch_op.create_index('ix_changerequest_newest', ['patient_id', 'asked_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_changerequest_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_changerequest_public_id'), ['public_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_changerequest_state'), ['state'], unique=False)
        batch_op.create_index('uq_changerequest_waiting', ['patient_id', 'field'], unique=True, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))

    op.create_table('coverage',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('payer', sa.LargeBinary(), nullable=False),
    sa.Column('member_id', sa.LargeBinary(), nullable=False),
    sa.Column('group_number', sa.LargeBinary(), nullable=False),
    sa.Column('holder', sa.LargeBinary(), nullable=False),
    sa.Column('holder_relation', sa.String(), nullable=False),
    sa.Column('front_file', sa.String(), nullable=False),
    sa.Column('front_added_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('back_file', sa.String(), nullable=False),
    sa.Column('back_added_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_coverage_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_coverage')),
    sa.UniqueConstraint('patient_id', 'rank', name=op.f('uq_coverage_patient_id'))
    )
    with op.batch_alter_table('coverage', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_coverage_back_file'), ['back_file'], unique=False)
        batch_op.create_index(batch_op.f('ix_coverage_front_file'), ['front_file'], unique=False)
        batch_op.create_index(batch_op.f('ix_coverage_patient_id'), ['patient_id'], unique=False)

    with op.batch_alter_table('emergencycontact', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rank', sa.Integer(), nullable=False, server_default='1'))

    with op.batch_alter_table('patient', schema=None) as batch_op:
        batch_op.add_column(sa.Column('phone_home', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('street', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('unit', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('city', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('state', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('postal_code', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('pronouns', sa.String(), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('patient', schema=None) as batch_op:
        batch_op.drop_column('pronouns')
        batch_op.drop_column('postal_code')
        batch_op.drop_column('state')
        batch_op.drop_column('city')
        batch_op.drop_column('unit')
        batch_op.drop_column('street')
        batch_op.drop_column('phone_home')

    with op.batch_alter_table('emergencycontact', schema=None) as batch_op:
        batch_op.drop_column('rank')

    with op.batch_alter_table('coverage', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_coverage_patient_id'))
        batch_op.drop_index(batch_op.f('ix_coverage_front_file'))
        batch_op.drop_index(batch_op.f('ix_coverage_back_file'))

    op.drop_table('coverage')
    with op.batch_alter_table('changerequest', schema=None) as batch_op:
        batch_op.drop_index('uq_changerequest_waiting', sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))
        batch_op.drop_index(batch_op.f('ix_changerequest_state'))
        batch_op.drop_index(batch_op.f('ix_changerequest_public_id'))
        batch_op.drop_index(batch_op.f('ix_changerequest_patient_id'))
        batch_op.drop_index('ix_changerequest_newest')

    op.drop_table('changerequest')
