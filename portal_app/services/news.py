"""Mail that says: there is something new in one section of the portal, and no word of it."""

from sqlmodel import col, select

from portal_app.data.models import Chart, OutboxMail
from portal_app.rules import mail_words
from portal_app.rules.notices import Content, event_of
from portal_app.rules.permissions import Permission
from portal_app.security.access import Work
from portal_app.services.notices import choices
from portal_app.services.notifications import people_who_may, public_host

PORTAL_NEWS = "news"


def tell_patient_side(
    work: Work, key: str, needs: Permission, first: str, path: str, public_url: str
) -> None:
    """Plan a notice to everybody who may see that section of the open chart.

    Args:
        work: the unit of work in which it happened, on the chart.
        key: names the event; the same event is told once.
        needs: what a person must hold, now and when the mail goes out.
        first: one sentence without any word of the record ("You have a new document to fill in.").
        path: the section's address below the chart ("documents").
        public_url: where the portal is reached.
    """
    link = f"{public_url}/portal/{work.chart.public_id}/{path}"
    text = mail_words.notice(first, "Sign in to see it", link)
    people = {user.id: user for _, user in people_who_may(work, work.chart, needs)}
    keys = {f"news:{key}:{user.id}": user for user in people.values()}
    rows = select(OutboxMail.unique_key).where(col(OutboxMail.unique_key).in_(keys))
    told = set(work.session.exec(rows).all())
    for unique, user in keys.items():
        if unique in told:
            continue
        mac = work.keyring.mac("form", unique.encode()).hex()[:32]
        work.session.add(
            OutboxMail(
                unique_key=unique,
                kind=PORTAL_NEWS,
                address=user.email,
                subject="There is something new in your portal",
                text=text,
                message_id=f"<{mac}@{public_host(link)}>",
                due_at=work.now,
                first_due_at=work.now,
                chart=work.chart.public_id,
                needs=needs.value,
                user_id=str(user.id),
                created_at=work.now,
            )
        )


def text_now(work: Work, mail: OutboxMail) -> str | None:
    """Give the text at the moment of sending; nothing where the right has ended meanwhile."""
    chart = work.session.exec(select(Chart).where(Chart.public_id == mail.chart)).first()
    if chart is None:
        return None
    needs = Permission(mail.needs)
    people = people_who_may(work, chart, needs)
    user = next((u for _, u in people if str(u.id) == mail.user_id), None)
    if user is None or choices.told(work, user, event_of(needs)) is Content.NONE:
        return None
    return mail.text
