"""Mail about a person's sign-in: always sent, to the address that it is about, without content."""

from datetime import datetime

from sqlmodel import col, select

from portal_app.data.models import Invitation, OutboxMail, PasswordReset, User
from portal_app.security import crypto
from portal_app.security.access import Work
from portal_app.services.notifications import public_host

SECURITY, INVITED, RESET = "security", "invitation", "reset"
KINDS = frozenset({SECURITY, INVITED, RESET})


def tell(
    work: Work,
    key: str,
    to: str,
    subject: str,
    text: str,
    public_url: str,
    *,
    kind: str = SECURITY,
    due: datetime | None = None,
    user: User | None = None,
) -> None:
    """Owe a mail about a sign-in; the same key is told once.

    Args:
        work: the unit of work in which it happened.
        key: names the event.
        to: the address.
        subject: says no more than a stranger may read.
        text: the whole text.
        public_url: where the portal is reached.
        kind: of mail.
        due: when it leaves, where that is later than now.
        user: whose sign-in, where there is one.
    """
    unique = f"{kind}:{key}"
    if work.session.exec(select(OutboxMail.id).where(OutboxMail.unique_key == unique)).first():
        return
    mac = work.keyring.mac("form", unique.encode()).hex()[:32]
    work.session.add(
        OutboxMail(
            unique_key=unique,
            kind=kind,
            address=to,
            subject=subject,
            text=text,
            message_id=f"<{mac}@{public_host(public_url)}>",
            due_at=due or work.now,
            first_due_at=due or work.now,
            user_id=str(user.id) if user else "",
            created_at=work.now,
        )
    )


def plan(
    work: Work, user: User, key: str, first: str, *more: str, address: str = "", link: str = ""
) -> None:
    """Owe a person a mail about what has happened with her sign-in.

    Args:
        work: the unit of work in which it happened.
        user: whose sign-in.
        key: names the event; the same event is told once.
        first: what has happened, in one sentence.
        more: further lines.
        address: where it goes, if not to the person's own address.
        link: an address to open.
    """
    practice = f"{work.practice.name} {work.practice.name_second_line}".strip()
    call = f" at {work.practice.phone}" if work.practice.phone else ""
    lines = [first, *more, *(["", link] if link else []), ""]
    lines.append(f"If this was not you, call {practice}{call}.")
    text = "\n".join([*lines, "", "Please don’t answer this mail."])
    tell(work, key, address or user.email, "About your sign-in", text, link, user=user)


def text_now(work: Work, mail: OutboxMail) -> str | None:
    """Give the text at the moment of sending; nothing where its link does not work any more."""
    if mail.kind == SECURITY:
        return mail.text
    link = next((line for line in mail.text.splitlines() if line.startswith("http")), "")
    hashed = crypto.hashed(link.rsplit("/", 1)[-1])
    table = Invitation if mail.kind == INVITED else PasswordReset
    rows = select(table.id).where(
        table.token_hash == hashed,
        col(table.used_at).is_(None),
        col(table.revoked_at).is_(None),
        col(table.expires_at) > work.now,
    )
    return mail.text if work.session.exec(rows).first() else None
