"""The link with which somebody comes to act for a patient."""

from dataclasses import dataclass
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlmodel import col, select

from portal_app.data.models import Invitation, OutboxMail
from portal_app.rules.errors import InvalidError
from portal_app.security import crypto
from portal_app.security.access import Work
from portal_app.services.notifications import public_host
from portal_app.services.sign_in import LINK_LASTS

KIND = "invitation"


@dataclass(frozen=True)
class Terms:
    """What somebody is to be allowed, why, and until when."""

    relationship: str
    basis: str
    scopes: tuple[str, ...]
    until: datetime | None = None
    follows_age: bool = False


def send(work: Work, terms: Terms, to: str, name: str, by: str, public_url: str) -> str:
    """Make the link for the open chart and owe the mail with it; an older link ends.

    Raises:
        InvalidError: no e-mail address.
    """
    try:
        found = validate_email(to.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidError("This is not an email address.", field="email") from error
    email = found.normalized
    token, index = crypto.token(), work.keyring.index(email)
    older = select(Invitation).where(
        Invitation.patient_id == work.patient.id,
        Invitation.email_index == index,
        col(Invitation.used_at).is_(None),
        col(Invitation.revoked_at).is_(None),
    )
    for row in work.session.exec(older).all():
        row.revoked_at = work.now
        work.session.add(row)
    work.session.add(
        Invitation(
            token_hash=crypto.hashed(token),
            patient_id=work.patient.id,
            chart_id=work.chart.id,
            email=email,
            email_index=index,
            relationship=terms.relationship,
            basis=terms.basis,
            scopes=list(terms.scopes),
            grant_until=terms.until,
            follows_age=terms.follows_age,
            name=name.strip(),
            invited_by=by,
            created_at=work.now,
            expires_at=work.now + LINK_LASTS,
        )
    )
    link = f"{public_url}/invite/{token}"
    _mail(work, email, link)
    return link


def _mail(work: Work, email: str, link: str) -> None:
    practice = f"{work.practice.name} {work.practice.name_second_line}".strip()
    lines = [f"{practice} invites you to its patient portal.", "", "Begin here:", link, ""]
    mac = work.keyring.mac("form", link.encode()).hex()[:32]
    work.session.add(
        OutboxMail(
            unique_key=f"{KIND}:{mac}",
            kind=KIND,
            address=email,
            subject="Your invitation to a patient portal",
            text="\n".join([*lines, "It works once, for 7 days. Please don’t answer this mail."]),
            message_id=f"<{mac}@{public_host(link)}>",
            due_at=work.now,
            first_due_at=work.now,
            created_at=work.now,
        )
    )
