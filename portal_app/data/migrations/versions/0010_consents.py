"""consents: what was shown, what happened, and who has signed"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

DEFINITION = "documentdefinition_immutable"
CONTENT = ("key", "version", "kind", "title", "questionnaire", "markdown")
KEPT = ("consentsource", "consentpaper", "consentevent", "consentsignature")
"""Tables whose rows are only ever added."""


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _move_pdf(*, upwards: bool) -> None:
    """Take the column of PDFs away (or bring it back), without making the table anew.

    A table that is made anew loses its triggers, and one of them names the column.
    """
    on = "" if _is_sqlite() else " ON documentdefinition"
    op.execute(f"DROP TRIGGER {DEFINITION}{on}")
    if upwards:
        op.execute("ALTER TABLE documentdefinition DROP COLUMN pdf")
    else:
        op.add_column("documentdefinition", sa.Column("pdf", sa.LargeBinary(), nullable=True))
    content = CONTENT if upwards else (*CONTENT, "pdf")
    if _is_sqlite():
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in content)
        op.execute(
            f"CREATE TRIGGER {DEFINITION} BEFORE UPDATE ON documentdefinition "
            f"WHEN OLD.status <> 'draft' AND (NEW.status = 'draft' OR {changed}) "
            f"BEGIN SELECT RAISE(ABORT, '{DEFINITION}'); END"
        )
        return
    changed = " OR ".join(f"NEW.{n}::text IS DISTINCT FROM OLD.{n}::text" for n in content)
    op.execute(
        f"CREATE OR REPLACE FUNCTION {DEFINITION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF OLD.status <> 'draft' AND (NEW.status = 'draft' OR {changed}) THEN "
        f"RAISE EXCEPTION '{DEFINITION}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {DEFINITION} BEFORE UPDATE ON documentdefinition "
        f"FOR EACH ROW EXECUTE FUNCTION {DEFINITION}()"
    )


def _guard() -> None:
    """Let the database refuse to change or delete what was shown, happened, or was signed."""
    if not _is_sqlite():
        op.execute(
            "CREATE FUNCTION consent_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'consent_kept' USING ERRCODE = 'integrity_constraint_violation'; "
            "END $$"
        )
    for table in KEPT:
        for event in ("UPDATE", "DELETE"):
            name = f"{table}_no_{event.lower()}"
            does = (
                "BEGIN SELECT RAISE(ABORT, 'consent_kept'); END"
                if _is_sqlite()
                else "FOR EACH ROW EXECUTE FUNCTION consent_kept()"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} {does}")


def _unguard() -> None:
    for table in KEPT:
        for event in ("update", "delete"):
            on = "" if _is_sqlite() else f" ON {table}"
            op.execute(f"DROP TRIGGER {table}_no_{event}{on}")
    if not _is_sqlite():
        op.execute("DROP FUNCTION consent_kept()")


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

    _move_pdf(upwards=True)
    _guard()

    with op.batch_alter_table('usersession', schema=None) as batch_op:
        batch_op.add_column(sa.Column('method', sa.String(), server_default='password', nullable=False))



def downgrade() -> None:
    _unguard()
    _move_pdf(upwards=False)
    with op.batch_alter_table('usersession', schema=None) as batch_op:
        batch_op.drop_column('method')

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
