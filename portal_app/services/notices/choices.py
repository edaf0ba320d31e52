"""What one person is told of which event: her choice, the practice's limit, her consent."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select

from portal_app.data.models import NoticeChoice, Practice, StaffMember, User
from portal_app.data.schemas.notices import NoticeRow, NoticeSettings, NoticesView
from portal_app.data.types import UserId
from portal_app.rules import mail_words, notices
from portal_app.rules.errors import InvalidError
from portal_app.rules.notices import CHOSEN, Channel, Content, Event
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor

EMAIL = Channel.EMAIL


def topic(user: object) -> str:
    """Name what open pages of that person hear."""
    return f"notices:{user}"


def most(practice: Practice, event: Event) -> Content:
    """Give the most that the practice tells of an event; all of it, where it has not decided."""
    return Content(practice.notices.get(event.value, Content.DETAILS.value))


def told(work: Work, user: User, event: Event) -> Content:
    """Decide how much a mail to a person says at this moment."""
    chosen = _chosen(work, [user.id])
    return notices.content(
        event,
        EMAIL,
        most=most(work.practice, event),
        chosen=chosen.get((user.id, event), Content.DETAILS),
        agreed=user.plain_email_since is not None,
    )


def _chosen(work: Work, users: Iterable[UserId]) -> dict[tuple[UserId, Event], Content]:
    rows = select(NoticeChoice).where(
        col(NoticeChoice.user_id).in_(list(users)), NoticeChoice.channel == EMAIL.value
    )
    return {
        (UserId(c.user_id), Event(c.event)): Content(c.content)
        for c in work.session.exec(rows).all()
    }


@dataclass(frozen=True)
class _Sample:
    """A mail of our own making, so that nobody agrees to what she has not seen."""

    words: str = "Your results are back, and all is well. Let’s talk about them on Thursday."


def view(actor: Actor, chart: str) -> NoticesView:
    """Show what the person is told, and what plain email would look like, on a chart's page."""
    with access.open(actor, Permission.HOME, chart=chart) as work:
        return of_person(work)


def of_person(work: Work) -> NoticesView:
    """Show the same inside an open unit of work."""
    user, practice = work.person, work.practice
    agreed = user.plain_email_since is not None
    chosen = _chosen(work, [user.id])
    rows = []
    for event in CHOSEN:
        limit = most(practice, event)
        wanted = chosen.get((user.id, event), Content.DETAILS)
        now = notices.content(event, EMAIL, most=limit, chosen=wanted, agreed=agreed)
        rows.append(NoticeRow(event, now, notices.offered(event, most=limit, agreed=agreed)))
    name = f"{practice.name} {practice.name_second_line}".strip()
    plain = mail_words.new_message(name, "https://…")
    return NoticesView(
        rows=tuple(rows),
        agreed_at=user.plain_email_since,
        warning=notices.WARNINGS[notices.TEXT_VERSION],
        text_version=notices.TEXT_VERSION,
        without=plain,
        having=mail_words.with_words(plain, [_Sample().words]),
    )


def choose(actor: Actor, event: str, content: str) -> None:
    """Save how much the person is told of an event.

    Raises:
        InvalidError: not among what is offered.
    """
    with access.open(
        actor, Permission.ACCOUNT, writes=True, action="account.notices", target=event
    ) as work:
        kind, wanted = _known(event, content)
        user = work.person
        agreed = user.plain_email_since is not None
        limit = most(work.practice, kind)
        if wanted not in notices.offered(kind, most=limit, agreed=agreed):
            raise InvalidError("Choose one of the list.", field=event)
        rows = select(NoticeChoice).where(
            NoticeChoice.user_id == user.id,
            NoticeChoice.event == kind.value,
            NoticeChoice.channel == EMAIL.value,
        )
        row = work.session.exec(rows).first() or NoticeChoice(
            user_id=user.id, event=kind.value, content="", changed_at=work.now
        )
        row.content, row.changed_at = wanted.value, work.now
        work.session.add(row)
        work.announce(topic(user.id))


def _known(event: str, content: str) -> tuple[Event, Content]:
    try:
        kind, wanted = Event(event), Content(content)
    except ValueError:
        raise InvalidError("Choose one of the list.", field=event) from None
    if kind not in CHOSEN:
        raise InvalidError("Notices about your sign-in are always sent.", field=event)
    return kind, wanted


# ---------------------------------------------------------------- the practice
def settings(actor: Actor) -> NoticeSettings:
    """Show the most that the practice tells of each kind of event."""
    with access.open(actor, Permission.PRACTICE_SETTINGS) as work:
        people = (
            select(func.count())
            .select_from(User)
            .join(StaffMember, col(StaffMember.user_id) == User.id, isouter=True)
            .where(
                col(User.plain_email_since).is_not(None),
                col(User.disabled_at).is_(None),
                col(StaffMember.id).is_(None),
            )
        )
        return NoticeSettings(
            tuple((event, most(work.practice, event)) for event in CHOSEN),
            work.session.exec(people).one(),
        )


def save_settings(actor: Actor, limits: dict[str, str]) -> None:
    """Save the most that the practice tells; it counts for mail that waits already.

    Raises:
        InvalidError: no such event or content.
    """
    with access.open(
        actor, Permission.PRACTICE_SETTINGS, writes=True, action="practice.notices"
    ) as work:
        known = [_known(event, content) for event, content in limits.items()]
        work.practice.notices = {event.value: content.value for event, content in known}
        work.session.add(work.practice)
