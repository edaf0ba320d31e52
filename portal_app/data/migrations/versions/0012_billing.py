"""billing: fees, invoices, and a ledger that only grows"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

KEPT = ("ledgerentry", "allocation")
"""Tables whose rows are only ever added."""
SAID = (
    "number",
    "currency",
    "total_minor",
    "issued_on",
    "due_on",
    "payer",
    "notes",
    "snapshot",
    "chart_id",
    "patient_id",
)
"""What an invoice says: fixed from the moment at which it has its number."""
FOLLOWS = (
    "SELECT balance_after_minor FROM ledgerentry "
    "WHERE chart_id = NEW.chart_id AND position = NEW.position - 1"
)
NUMBERED = "SELECT 1 FROM invoice WHERE id = {row}.invoice_id AND number IS NOT NULL"


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _refuse(name: str, event: str, table: str, when: str) -> None:
    """Let the database refuse an event; the name of the trigger is the message."""
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
        )
        return
    back = "OLD" if event == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION '{name}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {back}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def _guards() -> list[tuple[str, str, str, str]]:
    """Name, event, table and condition of everything that is refused."""
    differs = "IS NOT" if _is_sqlite() else "IS DISTINCT FROM"
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in SAID)
    frozen = f"OLD.file_id IS NOT NULL AND (NEW.file_id {differs} OLD.file_id OR NEW.sha256 {differs} OLD.sha256)"
    return [
        *((f"{t}_no_{e.lower()}", e, t, "1 = 1") for t in KEPT for e in ("UPDATE", "DELETE")),
        (
            "ledgerentry_follows",
            "INSERT",
            "ledgerentry",
            f"NEW.position < 1 OR (NEW.position > 1 AND NOT EXISTS ({FOLLOWS})) "
            f"OR NEW.balance_after_minor <> NEW.amount_minor + COALESCE(({FOLLOWS}), 0)",
        ),
        (
            "invoice_said",
            "UPDATE",
            "invoice",
            f"OLD.number IS NOT NULL AND ({changed}) OR {frozen}",
        ),
        ("invoice_no_delete", "DELETE", "invoice", "OLD.number IS NOT NULL"),
        (
            "invoiceline_no_insert",
            "INSERT",
            "invoiceline",
            f"EXISTS ({NUMBERED.format(row='NEW')})",
        ),
        (
            "invoiceline_no_update",
            "UPDATE",
            "invoiceline",
            f"EXISTS ({NUMBERED.format(row='OLD')}) OR EXISTS ({NUMBERED.format(row='NEW')})",
        ),
        (
            "invoiceline_no_delete",
            "DELETE",
            "invoiceline",
            f"EXISTS ({NUMBERED.format(row='OLD')})",
        ),
    ]


def _guard() -> None:
    for refused in _guards():
        _refuse(*refused)


def _unguard() -> None:
    for name, _, table, _ in _guards():
        on = "" if _is_sqlite() else f" ON {table}"
        op.execute(f"DROP TRIGGER {name}{on}")
        if not _is_sqlite():
            op.execute(f"DROP FUNCTION {name}()")



def upgrade() -> None:
    op.create_table('billingsettings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('legal_name', sa.String(), nullable=False),
    sa.Column('remit_to', sa.String(), nullable=False),
    sa.Column('billing_phone', sa.String(), nullable=False),
    sa.Column('tax_id', sa.LargeBinary(), nullable=False),
    sa.Column('npi', sa.String(), nullable=False),
    sa.Column('group_npi', sa.String(), nullable=False),
    sa.Column('net_days', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('next_number', sa.Integer(), nullable=False),
    sa.Column('closing_words', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_billingsettings'))
    )
    op.create_table('fee',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('modifiers', sa.String(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('parts', sa.JSON(), nullable=False),
    sa.Column('visit_type_id', sa.Uuid(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['visit_type_id'], ['visittype.id'], name=op.f('fk_fee_visit_type_id_visittype')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fee'))
    )
    with op.batch_alter_table('fee', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fee_public_id'), ['public_id'], unique=True)

    op.create_table('invoice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('total_minor', sa.Integer(), nullable=False),
    sa.Column('paid_minor', sa.Integer(), nullable=False),
    sa.Column('credited_minor', sa.Integer(), nullable=False),
    sa.Column('written_off_minor', sa.Integer(), nullable=False),
    sa.Column('refunded_minor', sa.Integer(), nullable=False),
    sa.Column('due_minor', sa.Integer(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('settled_on', sa.Date(), nullable=True),
    sa.Column('payer', sa.LargeBinary(), nullable=False),
    sa.Column('notes', sa.LargeBinary(), nullable=False),
    sa.Column('snapshot', sa.LargeBinary(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('sha256', sa.LargeBinary(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint("(status = 'draft') = (number IS NULL)", name=op.f('ck_invoice_numbered')),
    sa.CheckConstraint("due_minor = CASE WHEN status IN ('draft', 'void') THEN 0 ELSE total_minor - paid_minor - credited_minor - written_off_minor END", name=op.f('ck_invoice_sums')),
    sa.CheckConstraint('credited_minor >= 0', name=op.f('ck_invoice_credited')),
    sa.CheckConstraint('due_minor >= 0', name=op.f('ck_invoice_due')),
    sa.CheckConstraint('paid_minor >= 0', name=op.f('ck_invoice_paid')),
    sa.CheckConstraint('written_off_minor >= 0', name=op.f('ck_invoice_written_off')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_invoice_chart_id_chart')),
    sa.ForeignKeyConstraint(['created_by'], ['user.id'], name=op.f('fk_invoice_created_by_user')),
    sa.ForeignKeyConstraint(['file_id'], ['storedfile.id'], name=op.f('fk_invoice_file_id_storedfile')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_invoice_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice')),
    sa.UniqueConstraint('file_id', name=op.f('uq_invoice_file_id')),
    sa.UniqueConstraint('number', name=op.f('uq_invoice_number'))
    )
    with op.batch_alter_table('invoice', schema=None) as batch_op:
        batch_op.create_index('ix_invoice_chart_due', ['chart_id', 'due_minor'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoice_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index('ix_invoice_chart_number', ['chart_id', 'number'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoice_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoice_public_id'), ['public_id'], unique=True)
        batch_op.create_index('ix_invoice_status', ['status', 'due_on'], unique=False)

    op.create_table('invoiceline',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('invoice_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('served_on', sa.Date(), nullable=False),
    sa.Column('description', sa.LargeBinary(), nullable=False),
    sa.Column('code', sa.LargeBinary(), nullable=False),
    sa.Column('modifiers', sa.LargeBinary(), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('unit_minor', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('practitioner_id', sa.Uuid(), nullable=True),
    sa.Column('appointment_id', sa.Uuid(), nullable=True),
    sa.Column('draft_charge_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('amount_minor = units * unit_minor', name=op.f('ck_invoiceline_amount')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_invoiceline_appointment_id_appointment')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_invoiceline_chart_id_chart')),
    sa.ForeignKeyConstraint(['draft_charge_id'], ['draftcharge.id'], name=op.f('fk_invoiceline_draft_charge_id_draftcharge')),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id'], name=op.f('fk_invoiceline_invoice_id_invoice')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_invoiceline_patient_id_patient')),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_invoiceline_practitioner_id_practitioner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoiceline')),
    sa.UniqueConstraint('invoice_id', 'position', name=op.f('uq_invoiceline_invoice_id'))
    )
    with op.batch_alter_table('invoiceline', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invoiceline_appointment_id'), ['appointment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoiceline_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoiceline_draft_charge_id'), ['draft_charge_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoiceline_patient_id'), ['patient_id'], unique=False)

    op.create_table('ledgerentry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('balance_after_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=False),
    sa.Column('invoice_id', sa.Uuid(), nullable=True),
    sa.Column('refers_to_id', sa.Uuid(), nullable=True),
    sa.Column('detail', sa.LargeBinary(), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('booked_by', sa.Uuid(), nullable=True),
    sa.Column('booked_on', sa.Date(), nullable=False),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(amount_minor > 0) = (kind IN ('charge', 'late_fee', 'refund'))", name=op.f('ck_ledgerentry_sign')),
    sa.CheckConstraint('amount_minor <> 0', name=op.f('ck_ledgerentry_amount')),
    sa.ForeignKeyConstraint(['booked_by'], ['user.id'], name=op.f('fk_ledgerentry_booked_by_user')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_ledgerentry_chart_id_chart')),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id'], name=op.f('fk_ledgerentry_invoice_id_invoice')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_ledgerentry_patient_id_patient')),
    sa.ForeignKeyConstraint(['refers_to_id'], ['ledgerentry.id'], name=op.f('fk_ledgerentry_refers_to_id_ledgerentry')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledgerentry')),
    sa.UniqueConstraint('chart_id', 'position', name='uq_ledgerentry_position'),
    sa.UniqueConstraint('source', 'external_id', name='uq_ledgerentry_source')
    )
    with op.batch_alter_table('ledgerentry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ledgerentry_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index('ix_ledgerentry_day', ['chart_id', 'booked_on', 'position'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledgerentry_invoice_id'), ['invoice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledgerentry_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledgerentry_public_id'), ['public_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_ledgerentry_refers_to_id'), ['refers_to_id'], unique=False)

    op.create_table('allocation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('invoice_id', sa.Uuid(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('made_by_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_minor <> 0', name=op.f('ck_allocation_amount')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_allocation_chart_id_chart')),
    sa.ForeignKeyConstraint(['entry_id'], ['ledgerentry.id'], name=op.f('fk_allocation_entry_id_ledgerentry')),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id'], name=op.f('fk_allocation_invoice_id_invoice')),
    sa.ForeignKeyConstraint(['made_by_id'], ['ledgerentry.id'], name=op.f('fk_allocation_made_by_id_ledgerentry')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_allocation_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_allocation'))
    )
    with op.batch_alter_table('allocation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_allocation_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_allocation_entry_id'), ['entry_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_allocation_invoice_id'), ['invoice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_allocation_patient_id'), ['patient_id'], unique=False)

    _guard()


def downgrade() -> None:
    _unguard()
    with op.batch_alter_table('allocation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_allocation_patient_id'))
        batch_op.drop_index(batch_op.f('ix_allocation_invoice_id'))
        batch_op.drop_index(batch_op.f('ix_allocation_entry_id'))
        batch_op.drop_index(batch_op.f('ix_allocation_chart_id'))

    op.drop_table('allocation')
    with op.batch_alter_table('ledgerentry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ledgerentry_refers_to_id'))
        batch_op.drop_index(batch_op.f('ix_ledgerentry_public_id'))
        batch_op.drop_index(batch_op.f('ix_ledgerentry_patient_id'))
        batch_op.drop_index(batch_op.f('ix_ledgerentry_invoice_id'))
        batch_op.drop_index('ix_ledgerentry_day')
        batch_op.drop_index(batch_op.f('ix_ledgerentry_chart_id'))

    op.drop_table('ledgerentry')
    with op.batch_alter_table('invoiceline', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invoiceline_patient_id'))
        batch_op.drop_index(batch_op.f('ix_invoiceline_draft_charge_id'))
        batch_op.drop_index(batch_op.f('ix_invoiceline_chart_id'))
        batch_op.drop_index(batch_op.f('ix_invoiceline_appointment_id'))

    op.drop_table('invoiceline')
    with op.batch_alter_table('invoice', schema=None) as batch_op:
        batch_op.drop_index('ix_invoice_status')
        batch_op.drop_index(batch_op.f('ix_invoice_public_id'))
        batch_op.drop_index(batch_op.f('ix_invoice_patient_id'))
        batch_op.drop_index('ix_invoice_chart_number')
        batch_op.drop_index(batch_op.f('ix_invoice_chart_id'))
        batch_op.drop_index('ix_invoice_chart_due')

    op.drop_table('invoice')
    with op.batch_alter_table('fee', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fee_public_id'))

    op.drop_table('fee')
    op.drop_table('billingsettings')
