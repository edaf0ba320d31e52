"""visits and the time they take"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('location',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_location'))
    )
    with op.batch_alter_table('location', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_location_public_id'), ['public_id'], unique=True)

    op.create_table('visittype',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('minutes_before', sa.Integer(), nullable=False),
    sa.Column('minutes_after', sa.Integer(), nullable=False),
    sa.Column('step_minutes', sa.Integer(), nullable=False),
    sa.Column('price_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('modes', sa.JSON(), nullable=False),
    sa.Column('practitioner_ids', sa.JSON(), nullable=False),
    sa.Column('books', sa.String(), nullable=False),
    sa.Column('approval', sa.String(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('reminders', sa.JSON(), nullable=False),
    sa.Column('instructions', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visittype'))
    )
    with op.batch_alter_table('visittype', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visittype_public_id'), ['public_id'], unique=True)

    op.create_table('bookingpolicy',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practitioner_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('mode', sa.String(), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=False),
    sa.Column('business_days', sa.Integer(), nullable=False),
    sa.Column('fee_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('author', sa.String(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_bookingpolicy_practitioner_id_practitioner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bookingpolicy'))
    )
    with op.batch_alter_table('bookingpolicy', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bookingpolicy_practitioner_id'), ['practitioner_id'], unique=False)

    op.create_table('bookingrules',
    sa.Column('practitioner_id', sa.Uuid(), nullable=False),
    sa.Column('mode', sa.String(), nullable=False),
    sa.Column('changes_online', sa.Boolean(), nullable=False),
    sa.Column('lead_minutes', sa.Integer(), nullable=False),
    sa.Column('horizon_days', sa.Integer(), nullable=False),
    sa.Column('gap_minutes', sa.Integer(), nullable=False),
    sa.Column('gap_rule', sa.String(), nullable=False),
    sa.Column('buffers_outside', sa.Boolean(), nullable=False),
    sa.Column('upcoming_most', sa.Integer(), nullable=False),
    sa.Column('per_day_most', sa.Integer(), nullable=False),
    sa.Column('clinician_day_most', sa.Integer(), nullable=False),
    sa.Column('moves_most', sa.Integer(), nullable=False),
    sa.Column('approves_first', sa.Boolean(), nullable=False),
    sa.Column('request_days', sa.Integer(), nullable=False),
    sa.Column('video_url', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_bookingrules_practitioner_id_practitioner')),
    sa.PrimaryKeyConstraint('practitioner_id', name=op.f('pk_bookingrules'))
    )
    op.create_table('busytime',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('practitioner_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('minutes_before', sa.Integer(), nullable=False),
    sa.Column('minutes_after', sa.Integer(), nullable=False),
    sa.Column('visit_type_id', sa.Uuid(), nullable=True),
    sa.Column('exception_id', sa.Uuid(), nullable=True),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('overrides', sa.Boolean(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('holder', sa.String(), nullable=False),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_busytime_span')),
    sa.CheckConstraint('taken >= 0 AND taken <= seats', name=op.f('ck_busytime_seats')),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_busytime_practitioner_id_practitioner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_busytime'))
    )
    with op.batch_alter_table('busytime', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_busytime_exception_id'), ['exception_id'], unique=False)
        batch_op.create_index('ix_busytime_expires', ['expires_at'], unique=False, sqlite_where=sa.text('expires_at IS NOT NULL'), postgresql_where=sa.text('expires_at IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_busytime_holder'), ['holder'], unique=False)
        batch_op.create_index('ix_busytime_span', ['practitioner_id', 'ends_at'], unique=False)

    op.create_table('hoursexception',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('practitioner_id', sa.Uuid(), nullable=True),
    sa.Column('location_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('start', sa.String(), nullable=False),
    sa.Column('end', sa.String(), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('holiday', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_hoursexception_location_id_location')),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_hoursexception_practitioner_id_practitioner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hoursexception'))
    )
    with op.batch_alter_table('hoursexception', schema=None) as batch_op:
        batch_op.create_index('ix_hoursexception_days', ['practitioner_id', 'last_day'], unique=False)
        batch_op.create_index(batch_op.f('ix_hoursexception_public_id'), ['public_id'], unique=True)

    op.create_table('openhours',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('practitioner_id', sa.Uuid(), nullable=False),
    sa.Column('location_id', sa.Uuid(), nullable=True),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('start', sa.String(), nullable=False),
    sa.Column('end', sa.String(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('every_weeks', sa.Integer(), nullable=False),
    sa.Column('visit_type_ids', sa.JSON(), nullable=False),
    sa.Column('modes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_openhours_location_id_location')),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_openhours_practitioner_id_practitioner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_openhours'))
    )
    with op.batch_alter_table('openhours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_openhours_practitioner_id'), ['practitioner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_openhours_public_id'), ['public_id'], unique=True)

    op.create_table('appointment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('practitioner_id', sa.Uuid(), nullable=False),
    sa.Column('visit_type_id', sa.Uuid(), nullable=False),
    sa.Column('location_id', sa.Uuid(), nullable=True),
    sa.Column('busy_id', sa.Uuid(), nullable=True),
    sa.Column('mode', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('wall_start', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('price_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('policy_id', sa.Uuid(), nullable=True),
    sa.Column('policy_accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('booked_by', sa.Uuid(), nullable=False),
    sa.Column('booked_by_staff', sa.Boolean(), nullable=False),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undo_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('request_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('client_key', sa.String(), nullable=False),
    sa.Column('overrides', sa.Boolean(), nullable=False),
    sa.Column('override_reason', sa.LargeBinary(), nullable=False),
    sa.Column('status_reason', sa.LargeBinary(), nullable=False),
    sa.Column('status_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('replaces_id', sa.Uuid(), nullable=True),
    sa.Column('replaced_by_id', sa.Uuid(), nullable=True),
    sa.Column('series_id', sa.Uuid(), nullable=True),
    sa.Column('moves', sa.Integer(), nullable=False),
    sa.Column('calendar_uid', sa.String(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('video_url', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_appointment_span')),
    sa.ForeignKeyConstraint(['booked_by'], ['user.id'], name=op.f('fk_appointment_booked_by_user')),
    sa.ForeignKeyConstraint(['busy_id'], ['busytime.id'], name=op.f('fk_appointment_busy_id_busytime')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_appointment_chart_id_chart')),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_appointment_location_id_location')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_appointment_patient_id_patient')),
    sa.ForeignKeyConstraint(['policy_id'], ['bookingpolicy.id'], name=op.f('fk_appointment_policy_id_bookingpolicy')),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioner.id'], name=op.f('fk_appointment_practitioner_id_practitioner')),
    sa.ForeignKeyConstraint(['visit_type_id'], ['visittype.id'], name=op.f('fk_appointment_visit_type_id_visittype')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointment')),
    sa.UniqueConstraint('booked_by', 'client_key', name=op.f('uq_appointment_booked_by'))
    )
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appointment_booked_by'), ['booked_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointment_busy_id'), ['busy_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointment_calendar_uid'), ['calendar_uid'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointment_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index('ix_appointment_chart_start', ['chart_id', 'starts_at'], unique=False)
        batch_op.create_index('ix_appointment_day', ['practitioner_id', 'starts_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointment_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index('ix_appointment_patient_span', ['patient_id', 'ends_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointment_public_id'), ['public_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_appointment_replaces_id'), ['replaces_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointment_series_id'), ['series_id'], unique=False)
        batch_op.create_index('ix_appointment_status', ['status', 'request_until'], unique=False)

    op.create_table('calendarfeed',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_calendarfeed_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_calendarfeed_patient_id_patient')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_calendarfeed_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendarfeed'))
    )
    with op.batch_alter_table('calendarfeed', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_calendarfeed_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_calendarfeed_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_calendarfeed_token_hash'), ['token_hash'], unique=True)
        batch_op.create_index(batch_op.f('ix_calendarfeed_user_id'), ['user_id'], unique=False)

    op.create_table('draftcharge',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_draftcharge_appointment_id_appointment')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_draftcharge_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_draftcharge_patient_id_patient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draftcharge')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_draftcharge_appointment_id'))
    )
    with op.batch_alter_table('draftcharge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draftcharge_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_draftcharge_patient_id'), ['patient_id'], unique=False)

    op.create_table('visitlink',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('chart_id', sa.Uuid(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_visitlink_appointment_id_appointment')),
    sa.ForeignKeyConstraint(['chart_id'], ['chart.id'], name=op.f('fk_visitlink_chart_id_chart')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_visitlink_patient_id_patient')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_visitlink_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visitlink'))
    )
    with op.batch_alter_table('visitlink', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visitlink_appointment_id'), ['appointment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_visitlink_chart_id'), ['chart_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_visitlink_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_visitlink_token_hash'), ['token_hash'], unique=True)
        batch_op.create_index(batch_op.f('ix_visitlink_user_id'), ['user_id'], unique=False)

    with op.batch_alter_table('outboxmail', schema=None) as batch_op:
        batch_op.add_column(sa.Column('appointment_id', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('first_due_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_outboxmail_appointment_id'), ['appointment_id'], unique=False)

    with op.batch_alter_table('practice', schema=None) as batch_op:
        for name, default in (
            ('country', 'US'), ('region', ''), ('quiet_from', '21:00'), ('quiet_until', '08:00'),
        ):
            batch_op.add_column(
                sa.Column(name, sa.String(), nullable=False, server_default=default)
            )

    _refuse_overlaps()

TAKING = "'requested', 'booked', 'confirmed', 'arrived', 'completed'"


def _refuse_overlaps() -> None:
    """Let the database itself refuse a second visit at the same time, on insert and on update."""
    if op.get_bind().dialect.name == "sqlite":
        _trigger("busytime", "practitioner_id", "starts_at, ends_at, practitioner_id, overrides")
        _trigger("appointment", "patient_id", "starts_at, ends_at, patient_id, overrides, status",
                 f"{{row}}.status IN ({TAKING})")
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for table, owner, where in (
        ("busytime", "practitioner_id", "NOT overrides"),
        ("appointment", "patient_id", f"NOT overrides AND status IN ({TAKING})"),
    ):
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_no_overlap EXCLUDE USING gist "
            f"({owner} WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE ({where})"
        )


def _trigger(table: str, owner: str, columns: str, also: str = "1") -> None:
    for name, when in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}")):
        op.execute(
            f"CREATE TRIGGER {table}_no_overlap_{name} BEFORE {when} ON {table} "
            f"WHEN NOT NEW.overrides AND {also.format(row='NEW')} "
            f"BEGIN SELECT RAISE(ABORT, '{table}_no_overlap') WHERE EXISTS ("
            f"SELECT 1 FROM {table} other WHERE other.{owner} = NEW.{owner} "
            "AND other.ends_at > NEW.starts_at AND other.starts_at < NEW.ends_at "
            f"AND NOT other.overrides AND {also.format(row='other')} AND other.id <> NEW.id); END"
        )



def downgrade() -> None:
    with op.batch_alter_table('practice', schema=None) as batch_op:
        for name in ('quiet_until', 'quiet_from', 'region', 'country'):
            batch_op.drop_column(name)

    with op.batch_alter_table('outboxmail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outboxmail_appointment_id'))
        batch_op.drop_column('first_due_at')
        batch_op.drop_column('appointment_id')

    with op.batch_alter_table('visitlink', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_visitlink_user_id'))
        batch_op.drop_index(batch_op.f('ix_visitlink_token_hash'))
        batch_op.drop_index(batch_op.f('ix_visitlink_patient_id'))
        batch_op.drop_index(batch_op.f('ix_visitlink_chart_id'))
        batch_op.drop_index(batch_op.f('ix_visitlink_appointment_id'))

    op.drop_table('visitlink')
    with op.batch_alter_table('draftcharge', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_draftcharge_patient_id'))
        batch_op.drop_index(batch_op.f('ix_draftcharge_chart_id'))

    op.drop_table('draftcharge')
    with op.batch_alter_table('calendarfeed', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_calendarfeed_user_id'))
        batch_op.drop_index(batch_op.f('ix_calendarfeed_token_hash'))
        batch_op.drop_index(batch_op.f('ix_calendarfeed_patient_id'))
        batch_op.drop_index(batch_op.f('ix_calendarfeed_chart_id'))

    op.drop_table('calendarfeed')
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.drop_index('ix_appointment_status')
        batch_op.drop_index(batch_op.f('ix_appointment_series_id'))
        batch_op.drop_index(batch_op.f('ix_appointment_replaces_id'))
        batch_op.drop_index(batch_op.f('ix_appointment_public_id'))
        batch_op.drop_index('ix_appointment_patient_span')
        batch_op.drop_index(batch_op.f('ix_appointment_patient_id'))
        batch_op.drop_index('ix_appointment_day')
        batch_op.drop_index('ix_appointment_chart_start')
        batch_op.drop_index(batch_op.f('ix_appointment_chart_id'))
        batch_op.drop_index(batch_op.f('ix_appointment_calendar_uid'))
        batch_op.drop_index(batch_op.f('ix_appointment_busy_id'))
        batch_op.drop_index(batch_op.f('ix_appointment_booked_by'))

    op.drop_table('appointment')
    with op.batch_alter_table('openhours', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_openhours_public_id'))
        batch_op.drop_index(batch_op.f('ix_openhours_practitioner_id'))

    op.drop_table('openhours')
    with op.batch_alter_table('hoursexception', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hoursexception_public_id'))
        batch_op.drop_index('ix_hoursexception_days')

    op.drop_table('hoursexception')
    with op.batch_alter_table('busytime', schema=None) as batch_op:
        batch_op.drop_index('ix_busytime_span')
        batch_op.drop_index(batch_op.f('ix_busytime_holder'))
        batch_op.drop_index('ix_busytime_expires')
        batch_op.drop_index(batch_op.f('ix_busytime_exception_id'))

    op.drop_table('busytime')
    op.drop_table('bookingrules')
    with op.batch_alter_table('bookingpolicy', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bookingpolicy_practitioner_id'))

    op.drop_table('bookingpolicy')
    with op.batch_alter_table('visittype', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_visittype_public_id'))

    op.drop_table('visittype')
    with op.batch_alter_table('location', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_location_public_id'))

    op.drop_table('location')
