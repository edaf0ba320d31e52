"""Mail about a sign-in itself: always sent, and never a word of a record."""

from portal_app.data.models import OutboxMail, User
from portal_app.security.access import Work

KIND = "security"


def plan(
    work: Work, user: User, key: str, first: str, *more: str, address: str = "", link: str = ""
) -> None:
    """Plan a mail about the person's sign-in.

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
    unique = f"security:{key}"
    mac = work.keyring.mac("form", unique.encode()).hex()[:32]
    lines = [first, *more, *(["", link] if link else []), ""]
    lines.append(f"If this was not you, call {practice}{call}.")
    work.session.add(
        OutboxMail(
            unique_key=unique,
            kind=KIND,
            address=address or user.email,
            subject="About your sign-in",
            text="\n".join([*lines, "", "Please don’t answer this mail."]),
            message_id=f"<{mac}@latchwell>",
            due_at=work.now,
            user_id=str(user.id),
            created_at=work.now,
        )
    )
