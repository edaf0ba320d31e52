"""From an empty folder to the first booking: what is done, and what comes next."""

from sqlalchemy import func
from sqlmodel import SQLModel, col, select

from portal_app.data.models import (
    Appointment,
    DocumentDefinition,
    OpenHours,
    Patient,
    Practitioner,
    VisitType,
)
from portal_app.data.schemas.upkeep import SetupView, Step
from portal_app.security import access, second_step
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.upkeep import journal
from portal_app.services.upkeep.desk import NEEDS
from portal_app.services.upkeep.settings import settings

UNNAMED = "Our practice"


def progress(actor: Actor) -> SetupView:
    """Tell of each step whether it is done."""
    with access.open(actor, NEEDS) as work:
        return SetupView(tuple(_steps(work)), work.practice.is_demo)


def _steps(work: Work) -> list[Step]:
    practice, machine, kept = work.practice, settings(), journal.read(settings())
    app = second_step.active(work.session, work.person.id) is not None
    named = practice.name != UNNAMED and bool(practice.phone)
    patients, tests = (
        _count(work, Patient, ~col(Patient.is_test)),
        _count(work, Patient, col(Patient.is_test)),
    )
    return [
        Step("Your sign-in", "You are in.", "/practice/account", done=True),
        Step(
            "Second step",
            "A code from an app on your phone, asked for when you sign in.",
            "/practice/account",
            done=app,
        ),
        Step(
            "Practice",
            "Name, phone, crisis line, and the places where visits happen.",
            "/practice/settings/practice",
            done=named,
        ),
        Step(
            "Clinicians and staff",
            "Who works here, what patients read about each, and who may do what.",
            "/practice/settings/clinicians-and-staff",
            done=_count(work, Practitioner) > 0,
        ),
        Step(
            "Visit types",
            "What can be booked: how long, where, at what price.",
            "/practice/settings/visit-types",
            done=_count(work, VisitType) > 0,
        ),
        Step(
            "Hours",
            "When each clinician can be booked.",
            "/practice/settings/availability",
            done=_count(work, OpenHours) > 0,
        ),
        Step(
            "Booking rules and policy",
            "How far ahead, how late to cancel, and what it costs. The defaults are usable.",
            "/practice/settings/booking-rules",
            optional=True,
        ),
        Step(
            "Portal defaults",
            "What a new patient may do in the portal. Everything, unless you choose less.",
            "/practice/settings/portal-defaults",
            optional=True,
        ),
        Step(
            "Mail",
            "PORTAL_SMTP_URL and PORTAL_MAIL_FROM on the machine. Without it, print invitations.",
            "/practice/settings/notices",
            done=bool(machine.smtp_url and machine.mail_from),
        ),
        Step(
            "Payments",
            "Cards through Stripe: its keys on the machine. You can do without.",
            "/practice/settings/security",
            done=bool(machine.stripe_secret_key),
            optional=True,
        ),
        Step(
            "Documents",
            "Forms and consents to start with are there. Have the words reviewed.",
            "/practice/settings/forms-and-consents",
            done=_count(work, DocumentDefinition) > 0,
        ),
        Step(
            "Backup",
            "Make a recovery key, write it down, and make the first backup.",
            "/practice/settings/backup",
            done=kept.recovery_at is not None and kept.verified_at is not None,
        ),
        Step(
            "Test patient",
            "Somebody invented, to see and try what patients see.",
            "/practice/patients",
            done=tests > 0,
            optional=True,
        ),
        Step(
            "Patients",
            "Type one, or read a list; then invite them.",
            "/practice/patients",
            done=patients > 0,
        ),
        Step(
            "First booking",
            "A patient books; you see it in the calendar.",
            "/practice/calendar",
            done=_count(work, Appointment) > 0,
        ),
    ]


def _count(work: Work, table: type[SQLModel], *which: object) -> int:
    rows = select(func.count()).select_from(table).where(*which)  # type: ignore[arg-type]
    return int(work.session.exec(rows).one())
