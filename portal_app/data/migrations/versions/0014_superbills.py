"""superbills, and the codes that they need"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

SAID = ("year", "sequence", "first_day", "last_day", "made_on", "snapshot", "chart_id", "patient_id")
"""What a superbill says: fixed from the moment at which it is made."""


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _guards() -> list[tuple[str, str, str]]:
    """Name, event and condition of everything that is refused."""
    differs = "IS NOT" if _is_sqlite() else "IS DISTINCT FROM"
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in SAID)
    frozen = f"OLD.file_id IS NOT NULL AND (NEW.file_id {differs} OLD.file_id OR NEW.sha256 {differs} OLD.sha256)"
    return [
        ("superbill_said", "UPDATE", f"{changed} OR {frozen}"),
        ("superbill_no_delete", "DELETE", "1 = 1"),
    ]


def _guard() -> None:
    for name, event, when in _guards():
        if _is_sqlite():
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON superbill WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
            )
            continue
        back = "OLD" if event == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {when} THEN RAISE EXCEPTION '{name}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {back}; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON superbill "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def _unguard() -> None:
    for name, _, _ in _guards():
        op.execute(f"DROP TRIGGER {name}" + ("" if _is_sqlite() else " ON superbill"))
        if not _is_sqlite():
            op.execute(f"DROP FUNCTION {name}()")


def upgrade() -> None:
    op.create_table('superbillsettings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('next_number', sa.Integer(), nullable=False),
    sa.Column('shows_unpaid', sa.Boolean(), nullable=False),
    sa.Column('shows_descriptions', sa.Boolean(), nullable=False),
    sa.Column('video_modifier', sa.String(), nullable=False),
    sa.Column('phone_modifier', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_superbillsettings'))
    )
    op.create_table('clinicianbilling',
    sa.Column('practitioner_id', sa.Uuid(), nullable=False),
    sa.Column('npi', sa.String(), nullable=False),
    sa.Column('license_number', sa.String(), nullable=False),
    sa.Column('license_state', sa.String(), nullable=False),
    sa.Column('taxonomy', sa.String(), nullable=False),
    sa.Column('supervisor', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_clinicianbilling_practitioner_id_practitioner')),
    sa.PrimaryKeyConstraint('practitioner_id', name=op.f('pk_clinicianbilling'))
    )
    op.create_table('visitcodes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=False),
    sa.Column('diagnoses', sa.LargeBinary(), nullable=False),
    sa.Column('code_set', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('code', sa.LargeBinary(), nullable=False),
    sa.Column('modifiers', sa.LargeBinary(), nullable=False),
    sa.Column('given_by', sa.String(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_visitcodes_appointment_id_appointment')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_visitcodes_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_visitcodes_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visitcodes')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_visitcodes_appointment_id'))
    )
    with op.batch_alter_table('visitcodes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visitcodes_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_visitcodes_patient_id'), ['patient_id'], unique=False)

    op.create_table('superbill',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('made_on', sa.Date(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True),
    sa.Column('made_by_name', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('snapshot', sa.LargeBinary(), nullable=False),
    sa.Column('replaces_number', sa.String(), nullable=False),
    sa.Column('replaced_by_number', sa.String(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('sha256', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_superbill_chart_id_chart')),
    sa.ForeignKeyConstraint(['file_id'], ['storedfile.id'], name=op.f('fk_superbill_file_id_storedfile')),
    sa.ForeignKeyConstraint(['made_by'], ['user.id'], name=op.f('fk_superbill_made_by_user')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_superbill_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_superbill')),
    sa.UniqueConstraint('file_id', name=op.f('uq_superbill_file_id')),
    sa.UniqueConstraint('year', 'sequence', name=op.f('uq_superbill_year'))
    )
    with op.batch_alter_table('superbill', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_superbill_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index('ix_superbill_newest', ['chart_id', 'made_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_superbill_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_superbill_public_id'), ['public_id'], unique=True)

    _guard()


def downgrade() -> None:
    _unguard()
    with op.batch_alter_table('superbill', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_superbill_public_id'))
        batch_op.drop_index(batch_op.f('ix_superbill_patient_id'))
        batch_op.drop_index('ix_superbill_newest')
        batch_op.drop_index(batch_op.f('ix_superbill_chart_id'))

    op.drop_table('superbill')
    with op.batch_alter_table('visitcodes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_visitcodes_patient_id'))
        batch_op.drop_index(batch_op.f('ix_visitcodes_chart_id'))

    op.drop_table('visitcodes')
    op.drop_table('clinicianbilling')
    op.drop_table('superbillsettings')
