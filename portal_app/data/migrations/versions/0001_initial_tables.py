"""initial tables"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('auditevent',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('actor_kind', sa.String(), nullable=False),
    sa.Column('patient_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.String(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('ip', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('previous', sa.LargeBinary(), nullable=False),
    sa.Column('mac', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_auditevent'))
    )
    with op.batch_alter_table('auditevent', schema=None) as batch_op:
        batch_op.create_index('ix_audit_patient', ['patient_id', 'at'], unique=False)

    op.create_table('authbucket',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('window_start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_authbucket'))
    )
    op.create_table('outboxmail',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unique_key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('address', sa.LargeBinary(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('message_id', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.String(), nullable=False),
    sa.Column('thread_id', sa.String(), nullable=False),
    sa.Column('user_id', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outboxmail'))
    )
    with op.batch_alter_table('outboxmail', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_due', ['status', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_outboxmail_unique_key'), ['unique_key'], unique=True)

    op.create_table('patient',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('family', sa.String(), nullable=False),
    sa.Column('given', sa.String(), nullable=False),
    sa.Column('preferred', sa.String(), nullable=False),
    sa.Column('search_name', sa.String(), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('birth_date', sa.Date(), nullable=True),
    sa.Column('gender', sa.String(), nullable=True),
    sa.Column('deceased_on', sa.Date(), nullable=True),
    sa.Column('is_deceased', sa.Boolean(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('phone_index', sa.LargeBinary(), nullable=True),
    sa.Column('email', sa.LargeBinary(), nullable=True),
    sa.Column('address', sa.LargeBinary(), nullable=True),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('is_test', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient'))
    )
    with op.batch_alter_table('patient', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_patient_phone_index'), ['phone_index'], unique=False)
        batch_op.create_index(batch_op.f('ix_patient_search_name'), ['search_name'], unique=False)

    op.create_table('practice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_second_line', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('crisis_line', sa.String(), nullable=False),
    sa.Column('emergency_number', sa.String(), nullable=False),
    sa.Column('portal_ceiling', sa.JSON(), nullable=False),
    sa.Column('chart_defaults', sa.JSON(), nullable=False),
    sa.Column('weekly_hours', sa.JSON(), nullable=False),
    sa.Column('closures', sa.JSON(), nullable=False),
    sa.Column('answer_hours', sa.Integer(), nullable=False),
    sa.Column('reply_promise', sa.String(), nullable=False),
    sa.Column('urgent_notice', sa.String(), nullable=False),
    sa.Column('auto_reply', sa.String(), nullable=False),
    sa.Column('auto_reply_on', sa.Boolean(), nullable=False),
    sa.Column('shows_seen', sa.Boolean(), nullable=False),
    sa.Column('dashboard_message', sa.String(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice'))
    )
    op.create_table('practitioner',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('short_name', sa.String(), nullable=False),
    sa.Column('credentials', sa.String(), nullable=False),
    sa.Column('dashboard_message', sa.String(), nullable=False),
    sa.Column('away_until', sa.Date(), nullable=True),
    sa.Column('stand_in_id', sa.Uuid(), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practitioner'))
    )
    op.create_table('savedreply',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_savedreply'))
    )
    op.create_table('user',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('email_index', sa.LargeBinary(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('plain_email_since', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user'))
    )
    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_user_email_index'), ['email_index'], unique=True)

    op.create_table('chart',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('practitioner_id', sa.Uuid(), nullable=False),
    sa.Column('permissions', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_chart_patient_id_patient')),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_chart_practitioner_id_practitioner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chart')),
    sa.UniqueConstraint('patient_id', 'practitioner_id', name=op.f('uq_chart_patient_id'))
    )
    with op.batch_alter_table('chart', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_chart_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_chart_practitioner_id'), ['practitioner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_chart_public_id'), ['public_id'], unique=True)

    op.create_table('dashboardmessage',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practitioner_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('author', sa.String(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_dashboardmessage_practitioner_id_practitioner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dashboardmessage'))
    )
    with op.batch_alter_table('dashboardmessage', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dashboardmessage_practitioner_id'), ['practitioner_id'], unique=False)

    op.create_table('emergencycontact',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('relationship', sa.String(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_emergencycontact_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_emergencycontact'))
    )
    with op.batch_alter_table('emergencycontact', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_emergencycontact_patient_id'), ['patient_id'], unique=False)

    op.create_table('grant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('relationship', sa.String(), nullable=False),
    sa.Column('basis', sa.String(), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('valid_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_grant_patient_id_patient')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_grant_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grant'))
    )
    with op.batch_alter_table('grant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_grant_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_grant_user_id'), ['user_id'], unique=False)

    op.create_table('staffmember',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('boxes', sa.JSON(), nullable=False),
    sa.Column('practitioner_id', sa.Uuid(), nullable=True),
    sa.Column('all_charts', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_staffmember_practitioner_id_practitioner')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_staffmember_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staffmember')),
    sa.UniqueConstraint('user_id', name=op.f('uq_staffmember_user_id'))
    )
    op.create_table('usersession',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('is_staff', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_event_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('idle_seconds', sa.Integer(), nullable=False),
    sa.Column('absolute_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('step_up_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ip', sa.String(), nullable=False),
    sa.Column('user_agent', sa.String(), nullable=False),
    sa.Column('last_chart', sa.String(), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_usersession_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_usersession'))
    )
    with op.batch_alter_table('usersession', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_usersession_token_hash'), ['token_hash'], unique=True)
        batch_op.create_index(batch_op.f('ix_usersession_user_id'), ['user_id'], unique=False)

    op.create_table('draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('slot', sa.String(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('category', sa.String(), nullable=False),
    sa.Column('subject', sa.LargeBinary(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('client_key', sa.String(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_draft_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_draft_patient_id_patient')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_draft_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft')),
    sa.UniqueConstraint('user_id', 'chart_id', 'slot', name=op.f('uq_draft_user_id'))
    )
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_draft_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_draft_user_id'), ['user_id'], unique=False)

    op.create_table('invitation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('email_index', sa.LargeBinary(), nullable=False),
    sa.Column('relationship', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_invitation_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_invitation_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitation_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invitation_email_index'), ['email_index'], unique=False)
        batch_op.create_index(batch_op.f('ix_invitation_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invitation_token_hash'), ['token_hash'], unique=True)

    op.create_table('staffreach',
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('practitioner_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_staffreach_practitioner_id_practitioner')),
    sa.ForeignKeyConstraint(['staff_id'], ['staffmember.id'], name=op.f('fk_staffreach_staff_id_staffmember')),
    sa.PrimaryKeyConstraint('staff_id', 'practitioner_id', name=op.f('pk_staffreach'))
    )
    op.create_table('thread',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String().with_variant(sa.String(collation='C'), 'postgresql'), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('subject', sa.LargeBinary(), nullable=False),
    sa.Column('category', sa.String(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('guardian_user_id', sa.Uuid(), nullable=True),
    sa.Column('private_to_patient', sa.Boolean(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('assignee_id', sa.Uuid(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('patient_seq', sa.Integer(), nullable=False),
    sa.Column('staff_seq', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_author', sa.String(), nullable=False),
    sa.Column('last_from_staff', sa.Boolean(), nullable=False),
    sa.Column('snippet', sa.LargeBinary(), nullable=False),
    sa.Column('auto_reply_period', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignee_id'], ['staffmember.id'], name=op.f('fk_thread_assignee_id_staffmember')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_thread_chart_id_chart')),
    sa.ForeignKeyConstraint(['guardian_user_id'], ['user.id'], name=op.f('fk_thread_guardian_user_id_user')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_thread_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_thread'))
    )
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_thread_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index('ix_thread_chart_last', ['chart_id', 'last_at', 'public_id'], unique=False)
        batch_op.create_index('ix_thread_due', ['status', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_thread_guardian_user_id'), ['guardian_user_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_thread_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_thread_public_id'), ['public_id'], unique=True)
        batch_op.create_index('ix_thread_queue', ['status', 'assignee_id', 'last_at', 'public_id'], unique=False)
        batch_op.create_index('ix_thread_status_last', ['status', 'last_at', 'public_id'], unique=False)

    op.create_table('internalnote',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('thread_id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('author_name', sa.String(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_internalnote_author_id_user')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_internalnote_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_internalnote_patient_id_patient')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_internalnote_thread_id_thread')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_internalnote'))
    )
    with op.batch_alter_table('internalnote', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_internalnote_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_internalnote_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_internalnote_thread_id'), ['thread_id'], unique=False)

    op.create_table('message',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('thread_id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('author_name', sa.String(), nullable=False),
    sa.Column('on_behalf_of', sa.String(), nullable=False),
    sa.Column('from_staff', sa.Boolean(), nullable=False),
    sa.Column('is_automatic', sa.Boolean(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('client_key', sa.String(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('taken_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_message_author_id_user')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_message_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_message_patient_id_patient')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_message_thread_id_thread')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('author_id', 'client_key', name=op.f('uq_message_author_id')),
    sa.UniqueConstraint('thread_id', 'seq', name=op.f('uq_message_thread_id'))
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_message_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_message_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_message_public_id'), ['public_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_message_thread_id'), ['thread_id'], unique=False)

    op.create_table('searchterm',
    sa.Column('term', sa.BigInteger(), nullable=False),
    sa.Column('thread_id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_searchterm_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_searchterm_patient_id_patient')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_searchterm_thread_id_thread')),
    sa.PrimaryKeyConstraint('term', 'thread_id', name=op.f('pk_searchterm'))
    )
    with op.batch_alter_table('searchterm', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_searchterm_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_searchterm_patient_id'), ['patient_id'], unique=False)

    op.create_table('threadreader',
    sa.Column('thread_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('seen_seq', sa.Integer(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_threadreader_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_threadreader_patient_id_patient')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_threadreader_thread_id_thread')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_threadreader_user_id_user')),
    sa.PrimaryKeyConstraint('thread_id', 'user_id', name=op.f('pk_threadreader'))
    )
    with op.batch_alter_table('threadreader', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_threadreader_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_threadreader_patient_id'), ['patient_id'], unique=False)

    op.create_table('storedfile',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('draft_id', sa.Uuid(), nullable=True),
    sa.Column('message_id', sa.Uuid(), nullable=True),
    sa.Column('uploaded_by', sa.Uuid(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.LargeBinary(), nullable=False),
    sa.Column('wrapped_key', sa.LargeBinary(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_storedfile_chart_id_chart')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_storedfile_message_id_message')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_storedfile_patient_id_patient')),
    sa.ForeignKeyConstraint(['uploaded_by'], ['user.id'], name=op.f('fk_storedfile_uploaded_by_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_storedfile'))
    )
    with op.batch_alter_table('storedfile', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_storedfile_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_storedfile_draft_id'), ['draft_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_storedfile_message_id'), ['message_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_storedfile_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_storedfile_public_id'), ['public_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_storedfile_uploaded_by'), ['uploaded_by'], unique=False)
    _guard_access_log()


def _guard_access_log() -> None:
    """Let the access log grow and nothing else."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON auditevent "
                "BEGIN SELECT RAISE(ABORT, 'the access log is never changed'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the access log is never changed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON auditevent "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    )
    op.execute(
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON auditevent "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    )


def downgrade() -> None:
    with op.batch_alter_table('storedfile', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_storedfile_uploaded_by'))
        batch_op.drop_index(batch_op.f('ix_storedfile_public_id'))
        batch_op.drop_index(batch_op.f('ix_storedfile_patient_id'))
        batch_op.drop_index(batch_op.f('ix_storedfile_message_id'))
        batch_op.drop_index(batch_op.f('ix_storedfile_draft_id'))
        batch_op.drop_index(batch_op.f('ix_storedfile_chart_id'))

    op.drop_table('storedfile')
    with op.batch_alter_table('threadreader', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_threadreader_patient_id'))
        batch_op.drop_index(batch_op.f('ix_threadreader_chart_id'))

    op.drop_table('threadreader')
    with op.batch_alter_table('searchterm', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_searchterm_patient_id'))
        batch_op.drop_index(batch_op.f('ix_searchterm_chart_id'))

    op.drop_table('searchterm')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_message_thread_id'))
        batch_op.drop_index(batch_op.f('ix_message_public_id'))
        batch_op.drop_index(batch_op.f('ix_message_patient_id'))
        batch_op.drop_index(batch_op.f('ix_message_chart_id'))

    op.drop_table('message')
    with op.batch_alter_table('internalnote', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_internalnote_thread_id'))
        batch_op.drop_index(batch_op.f('ix_internalnote_patient_id'))
        batch_op.drop_index(batch_op.f('ix_internalnote_chart_id'))

    op.drop_table('internalnote')
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_index('ix_thread_status_last')
        batch_op.drop_index('ix_thread_queue')
        batch_op.drop_index(batch_op.f('ix_thread_public_id'))
        batch_op.drop_index(batch_op.f('ix_thread_patient_id'))
        batch_op.drop_index(batch_op.f('ix_thread_guardian_user_id'))
        batch_op.drop_index('ix_thread_due')
        batch_op.drop_index('ix_thread_chart_last')
        batch_op.drop_index(batch_op.f('ix_thread_chart_id'))

    op.drop_table('thread')
    op.drop_table('staffreach')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invitation_token_hash'))
        batch_op.drop_index(batch_op.f('ix_invitation_patient_id'))
        batch_op.drop_index(batch_op.f('ix_invitation_email_index'))
        batch_op.drop_index(batch_op.f('ix_invitation_chart_id'))

    op.drop_table('invitation')
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_draft_user_id'))
        batch_op.drop_index(batch_op.f('ix_draft_patient_id'))
        batch_op.drop_index(batch_op.f('ix_draft_chart_id'))

    op.drop_table('draft')
    with op.batch_alter_table('usersession', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_usersession_user_id'))
        batch_op.drop_index(batch_op.f('ix_usersession_token_hash'))

    op.drop_table('usersession')
    op.drop_table('staffmember')
    with op.batch_alter_table('grant', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_grant_user_id'))
        batch_op.drop_index(batch_op.f('ix_grant_patient_id'))

    op.drop_table('grant')
    with op.batch_alter_table('emergencycontact', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_emergencycontact_patient_id'))

    op.drop_table('emergencycontact')
    with op.batch_alter_table('dashboardmessage', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_dashboardmessage_practitioner_id'))

    op.drop_table('dashboardmessage')
    with op.batch_alter_table('chart', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_chart_public_id'))
        batch_op.drop_index(batch_op.f('ix_chart_practitioner_id'))
        batch_op.drop_index(batch_op.f('ix_chart_patient_id'))

    op.drop_table('chart')
    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_user_email_index'))

    op.drop_table('user')
    op.drop_table('savedreply')
    op.drop_table('practitioner')
    op.drop_table('practice')
    with op.batch_alter_table('patient', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_patient_search_name'))
        batch_op.drop_index(batch_op.f('ix_patient_phone_index'))

    op.drop_table('patient')
    with op.batch_alter_table('outboxmail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outboxmail_unique_key'))
        batch_op.drop_index('ix_outbox_due')

    op.drop_table('outboxmail')
    op.drop_table('authbucket')
    with op.batch_alter_table('auditevent', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_patient')

    op.drop_table('auditevent')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_refuse()")
