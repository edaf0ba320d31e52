"""card payments: attempts, saved cards, refunds, events"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('stripedifference',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('gone_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stripedifference'))
    )
    op.create_table('stripeevent',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stripeevent'))
    )
    op.create_table('cardcustomer',
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('ref', sa.String(), nullable=False),
    sa.Column('customer_id', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_cardcustomer_patient_id_patient')),
    sa.PrimaryKeyConstraint('patient_id', name=op.f('pk_cardcustomer')),
    sa.UniqueConstraint('ref', name=op.f('uq_cardcustomer_ref'))
    )
    op.create_table('savedcard',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('method_id', sa.String(), nullable=False),
    sa.Column('brand', sa.String(), nullable=False),
    sa.Column('last4', sa.String(), nullable=False),
    sa.Column('exp_month', sa.Integer(), nullable=False),
    sa.Column('exp_year', sa.Integer(), nullable=False),
    sa.Column('label', sa.LargeBinary(), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('added_by', sa.Uuid(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('removed_at IS NULL OR NOT is_default', name=op.f('ck_savedcard_default')),
    sa.ForeignKeyConstraint(['added_by'], ['user.id'], name=op.f('fk_savedcard_added_by_user')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_savedcard_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_savedcard')),
    sa.UniqueConstraint('method_id', name=op.f('uq_savedcard_method_id'))
    )
    with op.batch_alter_table('savedcard', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_savedcard_added_by'), ['added_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_savedcard_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_savedcard_public_id'), ['public_id'], unique=True)
        batch_op.create_index('uq_savedcard_default', ['patient_id'], unique=True, sqlite_where=sa.text("is_default"), postgresql_where=sa.text('is_default'))

    op.create_table('cardsetup',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_cardsetup_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_cardsetup_patient_id_patient')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_cardsetup_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cardsetup'))
    )
    with op.batch_alter_table('cardsetup', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cardsetup_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardsetup_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardsetup_public_id'), ['public_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_cardsetup_session_id'), ['session_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardsetup_status'), ['status'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardsetup_user_id'), ['user_id'], unique=False)

    op.create_table('cardpayment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('nonce', sa.String(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('card_id', sa.Uuid(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('intent_id', sa.String(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=True),
    sa.Column('detail', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_cardpayment_amount')),
    sa.ForeignKeyConstraint(['card_id'], ['savedcard.id'], name=op.f('fk_cardpayment_card_id_savedcard')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_cardpayment_chart_id_chart')),
    sa.ForeignKeyConstraint(['entry_id'], ['ledgerentry.id'], name=op.f('fk_cardpayment_entry_id_ledgerentry')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_cardpayment_patient_id_patient')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_cardpayment_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cardpayment')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_cardpayment_entry_id')),
    sa.UniqueConstraint('nonce', name=op.f('uq_cardpayment_nonce'))
    )
    with op.batch_alter_table('cardpayment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cardpayment_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardpayment_intent_id'), ['intent_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardpayment_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardpayment_public_id'), ['public_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_cardpayment_session_id'), ['session_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardpayment_status'), ['status'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardpayment_user_id'), ['user_id'], unique=False)

    op.create_table('cardpaymentpart',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('payment_id', sa.Uuid(), nullable=False),
    sa.Column('invoice_id', sa.Uuid(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('is_open', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_cardpaymentpart_chart_id_chart')),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id'], name=op.f('fk_cardpaymentpart_invoice_id_invoice')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_cardpaymentpart_patient_id_patient')),
    sa.ForeignKeyConstraint(['payment_id'], ['cardpayment.id'], name=op.f('fk_cardpaymentpart_payment_id_cardpayment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cardpaymentpart'))
    )
    with op.batch_alter_table('cardpaymentpart', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cardpaymentpart_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardpaymentpart_invoice_id'), ['invoice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardpaymentpart_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardpaymentpart_payment_id'), ['payment_id'], unique=False)
        batch_op.create_index('uq_cardpaymentpart_open', ['invoice_id'], unique=True, sqlite_where=sa.text('is_open'), postgresql_where=sa.text('is_open'))

    op.create_table('cardrefund',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('payment_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('nonce', sa.String(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('refund_id', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_cardrefund_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_cardrefund_patient_id_patient')),
    sa.ForeignKeyConstraint(['payment_id'], ['cardpayment.id'], name=op.f('fk_cardrefund_payment_id_cardpayment')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_cardrefund_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cardrefund')),
    sa.UniqueConstraint('nonce', name=op.f('uq_cardrefund_nonce'))
    )
    with op.batch_alter_table('cardrefund', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cardrefund_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardrefund_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardrefund_payment_id'), ['payment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardrefund_public_id'), ['public_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_cardrefund_refund_id'), ['refund_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardrefund_status'), ['status'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardrefund_user_id'), ['user_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('cardrefund', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cardrefund_user_id'))
        batch_op.drop_index(batch_op.f('ix_cardrefund_status'))
        batch_op.drop_index(batch_op.f('ix_cardrefund_refund_id'))
        batch_op.drop_index(batch_op.f('ix_cardrefund_public_id'))
        batch_op.drop_index(batch_op.f('ix_cardrefund_payment_id'))
        batch_op.drop_index(batch_op.f('ix_cardrefund_patient_id'))
        batch_op.drop_index(batch_op.f('ix_cardrefund_chart_id'))

    op.drop_table('cardrefund')
    with op.batch_alter_table('cardpaymentpart', schema=None) as batch_op:
        batch_op.drop_index('uq_cardpaymentpart_open', sqlite_where=sa.text('is_open'), postgresql_where=sa.text('is_open'))
        batch_op.drop_index(batch_op.f('ix_cardpaymentpart_payment_id'))
        batch_op.drop_index(batch_op.f('ix_cardpaymentpart_patient_id'))
        batch_op.drop_index(batch_op.f('ix_cardpaymentpart_invoice_id'))
        batch_op.drop_index(batch_op.f('ix_cardpaymentpart_chart_id'))

    op.drop_table('cardpaymentpart')
    with op.batch_alter_table('cardpayment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cardpayment_user_id'))
        batch_op.drop_index(batch_op.f('ix_cardpayment_status'))
        batch_op.drop_index(batch_op.f('ix_cardpayment_session_id'))
        batch_op.drop_index(batch_op.f('ix_cardpayment_public_id'))
        batch_op.drop_index(batch_op.f('ix_cardpayment_patient_id'))
        batch_op.drop_index(batch_op.f('ix_cardpayment_intent_id'))
        batch_op.drop_index(batch_op.f('ix_cardpayment_chart_id'))

    op.drop_table('cardpayment')
    with op.batch_alter_table('cardsetup', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cardsetup_user_id'))
        batch_op.drop_index(batch_op.f('ix_cardsetup_status'))
        batch_op.drop_index(batch_op.f('ix_cardsetup_session_id'))
        batch_op.drop_index(batch_op.f('ix_cardsetup_public_id'))
        batch_op.drop_index(batch_op.f('ix_cardsetup_patient_id'))
        batch_op.drop_index(batch_op.f('ix_cardsetup_chart_id'))

    op.drop_table('cardsetup')
    with op.batch_alter_table('savedcard', schema=None) as batch_op:
        batch_op.drop_index('uq_savedcard_default', sqlite_where=sa.text("is_default"), postgresql_where=sa.text('is_default'))
        batch_op.drop_index(batch_op.f('ix_savedcard_public_id'))
        batch_op.drop_index(batch_op.f('ix_savedcard_patient_id'))
        batch_op.drop_index(batch_op.f('ix_savedcard_added_by'))

    op.drop_table('savedcard')
    op.drop_table('cardcustomer')
    op.drop_table('stripeevent')
    op.drop_table('stripedifference')
