"""What recurs, and how often."""

from collections.abc import Callable
from functools import partial

from portal_app.integrations.mail import Catcher, Sender, Smtp
from portal_app.pages.portal import account as _account  # noqa: F401
from portal_app.pages.portal import billing as _billing  # noqa: F401
from portal_app.pages.portal import billing_history as _history  # noqa: F401
from portal_app.pages.portal import billing_invoices as _invoices  # noqa: F401
from portal_app.pages.portal import book as _book  # noqa: F401
from portal_app.pages.portal import consent as _consent  # noqa: F401
from portal_app.pages.portal import demographics as _demographics  # noqa: F401
from portal_app.pages.portal import documents as _documents  # noqa: F401
from portal_app.pages.portal import email_notices as _email_notices  # noqa: F401
from portal_app.pages.portal import family_access as _family_access  # noqa: F401
from portal_app.pages.portal import form as _form  # noqa: F401
from portal_app.pages.portal import health_records as _health_records  # noqa: F401
from portal_app.pages.portal import home as _home  # noqa: F401 - declares its sections
from portal_app.pages.portal import instructions as _instructions  # noqa: F401
from portal_app.pages.portal import messages as _messages  # noqa: F401
from portal_app.pages.portal import new_message as _new_message  # noqa: F401
from portal_app.pages.portal import pay as _pay  # noqa: F401
from portal_app.pages.portal import schedule as _schedule  # noqa: F401
from portal_app.pages.portal import update_info as _update_info  # noqa: F401
from portal_app.pages.practice import account as _own_account  # noqa: F401
from portal_app.pages.practice import availability as _availability  # noqa: F401
from portal_app.pages.practice import backups as _backups  # noqa: F401
from portal_app.pages.practice import billing as _money  # noqa: F401
from portal_app.pages.practice import booking_rules as _booking_rules  # noqa: F401
from portal_app.pages.practice import calendar as _calendar  # noqa: F401
from portal_app.pages.practice import chart_billing as _chart_billing  # noqa: F401
from portal_app.pages.practice import chart_documents as _chart_documents  # noqa: F401
from portal_app.pages.practice import clinician_billing as _clinician_billing  # noqa: F401
from portal_app.pages.practice import compose as _compose  # noqa: F401
from portal_app.pages.practice import consents as _consents  # noqa: F401
from portal_app.pages.practice import demographics as _details  # noqa: F401
from portal_app.pages.practice import fees as _fees  # noqa: F401
from portal_app.pages.practice import form_builder as _form_builder  # noqa: F401
from portal_app.pages.practice import form_settings as _form_settings  # noqa: F401
from portal_app.pages.practice import forms as _forms  # noqa: F401
from portal_app.pages.practice import import_patients as _import_patients  # noqa: F401
from portal_app.pages.practice import inbox as _inbox  # noqa: F401
from portal_app.pages.practice import instructions as _shared_instructions  # noqa: F401
from portal_app.pages.practice import invitations as _invitations  # noqa: F401
from portal_app.pages.practice import notices as _notices  # noqa: F401
from portal_app.pages.practice import one_visit as _one_visit  # noqa: F401
from portal_app.pages.practice import patient as _patient  # noqa: F401
from portal_app.pages.practice import patients as _patients  # noqa: F401
from portal_app.pages.practice import payment_settings as _payment_settings  # noqa: F401
from portal_app.pages.practice import places as _places  # noqa: F401
from portal_app.pages.practice import portal_access as _portal_access  # noqa: F401
from portal_app.pages.practice import portal_defaults as _portal_defaults  # noqa: F401
from portal_app.pages.practice import records as _records_desk  # noqa: F401
from portal_app.pages.practice import security as _security  # noqa: F401
from portal_app.pages.practice import set_up as _set_up  # noqa: F401
from portal_app.pages.practice import settings as _settings  # noqa: F401
from portal_app.pages.practice import superbills as _superbills  # noqa: F401
from portal_app.pages.practice import today as _today  # noqa: F401
from portal_app.pages.practice import visit_types as _visit_types  # noqa: F401
from portal_app.security.sessions import Sessions
from portal_app.services import (
    files,
    outbox,
    password_reset,
)
from portal_app.services.billing import cards, payments, reconciling, refunds
from portal_app.services.documents import occasions
from portal_app.services.family import seeing
from portal_app.services.family.endings import Endings
from portal_app.services.foundation import Foundation
from portal_app.services.records import exports as record_exports
from portal_app.services.records.due import Releases, sweep_uploads
from portal_app.services.schedule import ticks as schedule_ticks
from portal_app.services.upkeep import backup, retention


def ticks_of(
    foundation: Foundation, sessions: Sessions, catcher: Catcher | None, public_url: str
) -> dict[str, tuple[float, Callable[[], object]]]:
    """Name every job with its seconds in between."""
    settings = foundation.settings
    sender: Sender | None = catcher
    if settings.smtp_url:
        sender = Smtp(settings.smtp_url, settings.mail_from)
    ticks: dict[str, tuple[float, Callable[[], object]]] = {
        "sessions": (5.0, sessions.end_expired),
        "requests": (60.0, partial(schedule_ticks.expire_requests, public_url)),
        "documents": (60.0, partial(occasions.tick, public_url)),
        "access": (30.0, Endings(public_url).tick),
        "portal views": (300.0, seeing.sweep),
        "resets": (2.0, partial(password_reset.send_asked, public_url)),
        "holds": (5.0, schedule_ticks.sweep_holds),
        "card payments": (10.0, payments.sweep),
        "cards": (15.0, cards.sweep),
        "card refunds": (15.0, refunds.sweep),
        "card check": (6 * 3600.0, reconciling.check),
        "record exports": (60.0, record_exports.end_old),
        "files": (3600.0, partial(files.sweep_orphans, foundation.store)),
        "uploads": (3600.0, sweep_uploads),
        "records": (2.0, Releases(public_url).tell),
    }
    ticks["retention"] = (3600.0, retention.let_go)
    if not catcher:
        ticks["backup"] = (600.0, partial(backup.nightly, settings))
    if sender:
        ticks["mail"] = (5.0, partial(outbox.deliver, sender))
    return ticks
