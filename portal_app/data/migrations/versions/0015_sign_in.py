"""second step, trusted browsers, changes of addresses, other houses"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('authenticator',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('last_step', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_authenticator_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authenticator'))
    )
    with op.batch_alter_table('authenticator', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_authenticator_user_id'), ['user_id'], unique=False)

    op.create_table('emailchange',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('old_email', sa.LargeBinary(), nullable=False),
    sa.Column('new_email', sa.LargeBinary(), nullable=False),
    sa.Column('confirm_hash', sa.LargeBinary(), nullable=False),
    sa.Column('undo_hash', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_emailchange_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_emailchange'))
    )
    with op.batch_alter_table('emailchange', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_emailchange_confirm_hash'), ['confirm_hash'], unique=True)
        batch_op.create_index(batch_op.f('ix_emailchange_undo_hash'), ['undo_hash'], unique=True)
        batch_op.create_index(batch_op.f('ix_emailchange_user_id'), ['user_id'], unique=False)

    op.create_table('oidcidentity',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('issuer', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_oidcidentity_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_oidcidentity')),
    sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_oidcidentity_issuer'))
    )
    with op.batch_alter_table('oidcidentity', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_oidcidentity_user_id'), ['user_id'], unique=False)

    op.create_table('recoverycode',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_recoverycode_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recoverycode'))
    )
    with op.batch_alter_table('recoverycode', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recoverycode_code_hash'), ['code_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_recoverycode_user_id'), ['user_id'], unique=False)

    op.create_table('signinticket',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_signinticket_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signinticket'))
    )
    with op.batch_alter_table('signinticket', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signinticket_token_hash'), ['token_hash'], unique=True)
        batch_op.create_index(batch_op.f('ix_signinticket_user_id'), ['user_id'], unique=False)

    op.create_table('trusteddevice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_trusteddevice_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trusteddevice'))
    )
    with op.batch_alter_table('trusteddevice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trusteddevice_token_hash'), ['token_hash'], unique=True)
        batch_op.create_index(batch_op.f('ix_trusteddevice_user_id'), ['user_id'], unique=False)

    with op.batch_alter_table('recordexport', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pdf_file_id', sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_recordexport_pdf_file_id_storedfile'), 'storedfile', ['pdf_file_id'], ['id'])

    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.add_column(sa.Column('password_changed_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('usersession', schema=None) as batch_op:
        batch_op.add_column(sa.Column('needs_second_step', sa.Boolean(), server_default='0', nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('usersession', schema=None) as batch_op:
        batch_op.drop_column('needs_second_step')

    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.drop_column('password_changed_at')

    with op.batch_alter_table('recordexport', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_recordexport_pdf_file_id_storedfile'), type_='foreignkey')
        batch_op.drop_column('pdf_file_id')

    with op.batch_alter_table('trusteddevice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_trusteddevice_user_id'))
        batch_op.drop_index(batch_op.f('ix_trusteddevice_token_hash'))

    op.drop_table('trusteddevice')
    with op.batch_alter_table('signinticket', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signinticket_user_id'))
        batch_op.drop_index(batch_op.f('ix_signinticket_token_hash'))

    op.drop_table('signinticket')
    with op.batch_alter_table('recoverycode', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recoverycode_user_id'))
        batch_op.drop_index(batch_op.f('ix_recoverycode_code_hash'))

    op.drop_table('recoverycode')
    with op.batch_alter_table('oidcidentity', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_oidcidentity_user_id'))

    op.drop_table('oidcidentity')
    with op.batch_alter_table('emailchange', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_emailchange_user_id'))
        batch_op.drop_index(batch_op.f('ix_emailchange_undo_hash'))
        batch_op.drop_index(batch_op.f('ix_emailchange_confirm_hash'))

    op.drop_table('emailchange')
    with op.batch_alter_table('authenticator', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_authenticator_user_id'))

    op.drop_table('authenticator')
