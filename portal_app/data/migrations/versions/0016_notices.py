"""notices, resets, invitations by letter, and lists of patients"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


KEPT = "plainemailchoice"
"""Its rows are only ever added."""


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _guard() -> None:
    """Let the database refuse to change or delete what a person has agreed to, and when."""
    function = f"{KEPT}_kept"
    if not _is_sqlite():
        op.execute(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{function}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END $$"
        )
    does = (
        f"BEGIN SELECT RAISE(ABORT, '{function}'); END"
        if _is_sqlite()
        else f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    )
    for event in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER {KEPT}_no_{event.lower()} BEFORE {event} ON {KEPT} {does}")


def _unguard() -> None:
    for event in ("update", "delete"):
        on = "" if _is_sqlite() else f" ON {KEPT}"
        op.execute(f"DROP TRIGGER {KEPT}_no_{event}{on}")
    if not _is_sqlite():
        op.execute(f"DROP FUNCTION {KEPT}_kept()")


def upgrade() -> None:
    op.create_table('resetrequest',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('email_index', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_resetrequest'))
    )
    op.create_table('noticechoice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('event', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_noticechoice_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_noticechoice')),
    sa.UniqueConstraint('user_id', 'event', 'channel', name=op.f('uq_noticechoice_user_id'))
    )
    with op.batch_alter_table('noticechoice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_noticechoice_user_id'), ['user_id'], unique=False)

    op.create_table('passwordreset',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_passwordreset_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passwordreset'))
    )
    with op.batch_alter_table('passwordreset', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passwordreset_token_hash'), ['token_hash'], unique=True)
        batch_op.create_index(batch_op.f('ix_passwordreset_user_id'), ['user_id'], unique=False)

    op.create_table('patientimport',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('file_name', sa.LargeBinary(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('practitioner_id', sa.Uuid(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_patientimport_practitioner_id_practitioner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patientimport'))
    )
    with op.batch_alter_table('patientimport', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_patientimport_public_id'), ['public_id'], unique=True)

    op.create_table('plainemailchoice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('agreed', sa.Boolean(), nullable=False),
    sa.Column('text_version', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('ip', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_plainemailchoice_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plainemailchoice'))
    )
    with op.batch_alter_table('plainemailchoice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plainemailchoice_user_id'), ['user_id'], unique=False)

    op.create_table('patientimportrow',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('import_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('why', sa.LargeBinary(), nullable=False),
    sa.Column('line', sa.LargeBinary(), nullable=False),
    sa.Column('external_index', sa.LargeBinary(), nullable=True),
    sa.Column('patient_id', sa.Uuid(), nullable=True),
    sa.Column('chart', sa.String(), nullable=False),
    sa.Column('made', sa.JSON(), nullable=False),
    sa.Column('mark', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['patientimport.id'], name=op.f('fk_patientimportrow_import_id_patientimport')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_patientimportrow_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patientimportrow')),
    sa.UniqueConstraint('import_id', 'number', name=op.f('uq_patientimportrow_import_id'))
    )
    with op.batch_alter_table('patientimportrow', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_patientimportrow_external_index'), ['external_index'], unique=False)
        batch_op.create_index(batch_op.f('ix_patientimportrow_import_id'), ['import_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_patientimportrow_patient_id'), ['patient_id'], unique=False)

    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('basis', sa.String(), nullable=False, server_default='invitation'))
        batch_op.add_column(sa.Column('scopes', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('grant_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('follows_age', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('name', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('invited_by', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('way', sa.String(), nullable=False, server_default='link'))
        batch_op.add_column(sa.Column('code', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('follows_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('mail_key', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('tries', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_invitation_follows_id_invitation'), 'invitation', ['follows_id'], ['id'])

    with op.batch_alter_table('practice', schema=None) as batch_op:
        batch_op.add_column(sa.Column('notices', sa.JSON(), nullable=False, server_default='{}'))

    _guard()


def downgrade() -> None:
    _unguard()
    with op.batch_alter_table('practice', schema=None) as batch_op:
        batch_op.drop_column('notices')

    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_invitation_follows_id_invitation'), type_='foreignkey')
        batch_op.drop_column('opened_at')
        batch_op.drop_column('tries')
        batch_op.drop_column('mail_key')
        batch_op.drop_column('follows_id')
        batch_op.drop_column('code')
        batch_op.drop_column('way')
        batch_op.drop_column('invited_by')
        batch_op.drop_column('name')
        batch_op.drop_column('follows_age')
        batch_op.drop_column('grant_until')
        batch_op.drop_column('scopes')
        batch_op.drop_column('basis')

    with op.batch_alter_table('patientimportrow', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_patientimportrow_patient_id'))
        batch_op.drop_index(batch_op.f('ix_patientimportrow_import_id'))
        batch_op.drop_index(batch_op.f('ix_patientimportrow_external_index'))

    op.drop_table('patientimportrow')
    with op.batch_alter_table('plainemailchoice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plainemailchoice_user_id'))

    op.drop_table('plainemailchoice')
    with op.batch_alter_table('patientimport', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_patientimport_public_id'))

    op.drop_table('patientimport')
    with op.batch_alter_table('passwordreset', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_passwordreset_user_id'))
        batch_op.drop_index(batch_op.f('ix_passwordreset_token_hash'))

    op.drop_table('passwordreset')
    with op.batch_alter_table('noticechoice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_noticechoice_user_id'))

    op.drop_table('noticechoice')
    op.drop_table('resetrequest')
