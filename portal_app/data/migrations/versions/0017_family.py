"""family access: birthdays, blocks, seeing as the patient"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('portalview',
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('grant_id', sa.Uuid(), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['grant_id'], ['grant.id'], name=op.f('fk_portalview_grant_id_grant')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_portalview_patient_id_patient')),
    sa.PrimaryKeyConstraint('session_id', 'patient_id', name=op.f('pk_portalview'))
    )
    with op.batch_alter_table('grant', schema=None) as batch_op:
        batch_op.add_column(sa.Column('revoked_by', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('revoked_reason', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('follows_age', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('agreed', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('granted_by', sa.String(), nullable=False, server_default=''))

    with op.batch_alter_table('patient', schema=None) as batch_op:
        batch_op.add_column(sa.Column('no_proxy_since', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('no_proxy_reason', sa.LargeBinary(), nullable=True))

    with op.batch_alter_table('practice', schema=None) as batch_op:
        batch_op.add_column(sa.Column('age_rules', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('accent', sa.String(), nullable=False, server_default=''))



def downgrade() -> None:
    with op.batch_alter_table('practice', schema=None) as batch_op:
        batch_op.drop_column('accent')
        batch_op.drop_column('age_rules')

    with op.batch_alter_table('patient', schema=None) as batch_op:
        batch_op.drop_column('no_proxy_reason')
        batch_op.drop_column('no_proxy_since')

    with op.batch_alter_table('grant', schema=None) as batch_op:
        batch_op.drop_column('granted_by')
        batch_op.drop_column('agreed')
        batch_op.drop_column('follows_age')
        batch_op.drop_column('revoked_reason')
        batch_op.drop_column('revoked_by')

    op.drop_table('portalview')
