"""What is told about documents by mail: that one waits, and never a word of it."""

from datetime import datetime, time, timedelta

from sqlmodel import select

from portal_app.data.models import Chart, DocumentAssignment, OutboxMail, User
from portal_app.rules import mail_words
from portal_app.rules.documents.states import TO_DO, PaperStatus, may_complete
from portal_app.rules.notices import Content, Event
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.walls import first_moment
from portal_app.security.access import Work
from portal_app.services.documents.shared import CONSENT
from portal_app.services.notices import choices
from portal_app.services.notifications import people_who_may, public_host

NEWS, REMINDER = "document", "document.reminder"
KINDS = frozenset({NEWS, REMINDER})
BEFORE = timedelta(days=2)
AT = time(9)
"""On the practice's wall clock."""
WORDS = {
    "assigned": "The practice asks you to fill in a document.",
    "returned": "A document came back to you with a note.",
    "due": "A document waits for you. It is due soon.",
}


def tell(
    work: Work,
    assignment: DocumentAssignment,
    news: str,
    public_url: str,
    *,
    due: datetime | None = None,
) -> None:
    """Plan mail to everybody on the patient's side who is asked; each piece of news once."""
    for user in _asked(work, assignment):
        _plan(work, assignment, user, news, public_url, due or work.now)


def remind(work: Work, assignment: DocumentAssignment, public_url: str) -> None:
    """Plan the reminder two days before the document is due, where that is still ahead."""
    if assignment.due_on is None:
        return
    due = first_moment(work.zone, assignment.due_on - BEFORE, AT)
    if due > work.now + timedelta(days=1):
        tell(work, assignment, "due", public_url, due=due)


def text_now(work: Work, mail: OutboxMail) -> str | None:
    """Give a notice's text at the moment of sending; nothing where it has become needless."""
    rows = select(DocumentAssignment).where(DocumentAssignment.public_id == mail.thread_id)
    assignment = work.session.exec(rows).first()
    if assignment is None or PaperStatus(assignment.status) not in TO_DO:
        return None
    user = next((u for u in _asked(work, assignment) if str(u.id) == mail.user_id), None)
    if user is None or choices.told(work, user, Event.FORM) is Content.NONE:
        return None
    return mail.text


def _asked(work: Work, assignment: DocumentAssignment) -> list[User]:
    chart = work.session.get_one(Chart, assignment.chart_id)
    signs = assignment.kind == CONSENT
    needs = Permission.DOCUMENTS_SIGN if signs else Permission.DOCUMENTS_FILL
    people = {
        user.id: user
        for grant, user in people_who_may(work, chart, needs)
        if may_complete(assignment.completed_by, is_patient=grant.relationship == "self")
    }
    return list(people.values())


def _plan(
    work: Work,
    assignment: DocumentAssignment,
    user: User,
    news: str,
    public_url: str,
    due: datetime,
) -> None:
    stamp = int(work.now.timestamp()) if news == "returned" else ""
    key = f"document:{assignment.public_id}:{news}{stamp}:{user.id}"
    rows = select(OutboxMail.id).where(OutboxMail.unique_key == key)
    if work.session.exec(rows).first() is not None:
        return
    chart = work.session.get_one(Chart, assignment.chart_id)
    link = f"{public_url}/portal/{chart.public_id}/documents/{assignment.public_id}"
    text = mail_words.notice(WORDS[news], "Sign in to see it", link)
    work.session.add(
        OutboxMail(
            unique_key=key,
            kind=REMINDER if news == "due" else NEWS,
            address=user.email,
            subject="A document waits for you",
            text=text,
            message_id=f"<{work.keyring.mac('form', key.encode()).hex()[:32]}@{public_host(link)}>",
            due_at=due,
            first_due_at=due,
            thread_id=assignment.public_id,
            user_id=str(user.id),
            created_at=work.now,
        )
    )
