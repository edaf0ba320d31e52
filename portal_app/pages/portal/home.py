"""Home: what a patient sees first."""

from portal_app import live
from portal_app.components.billing.balance import HomeBalance
from portal_app.components.home import (
    NextAppointment,
    RecentMessages,
    ToDoList,
    clinician_information,
)
from portal_app.components.markdown import markdown
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.billing import BalanceView
from portal_app.data.schemas.home import HomeView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.paying import PAYING
from portal_app.pages.routing import section
from portal_app.rules.permissions import Permission
from portal_app.services import home
from portal_app.services.billing import reading
from portal_app.services.billing.books import topic
from portal_app.services.documents.shared import topic as documents_topic
from portal_app.services.messages.writing import chart_topic
from portal_app.services.schedule.clinician_time import visits_topic
from portal_app.services.worker import run


@section(
    "portal",
    "/{chart}/home",
    needs=Permission.HOME,
    title="Home",
    nav="home",
    load=home.overview,
)
def home_page(visit: Visit, view: HomeView) -> None:
    """Sum up what the practice has enabled."""
    chart = visit.chart
    with Tag("div", "lw-page"):
        with Tag("div", "lw-page-h"), Tag("div"):
            h1(f"{visit.wall.greeting()}, {view.first_name}")
            lead = Tag("p", "lw-lead", _lead(view))
        with Tag("div", "lw-cols lw-home"):
            with Tag("div", "lw-col"):
                _to_do(visit, view)
                if view.messages is not None:
                    recent = RecentMessages(
                        lambda thread: f"/portal/{chart}/messages/{thread}",
                        all_href=f"/portal/{chart}/messages",
                        new_href=f"/portal/{chart}/messages/new" if view.may_send else "",
                    )
                    recent.show(view.messages, visit.wall)

                    async def refresh() -> None:
                        newer = await run(home.overview, visit.actor, chart)
                        recent.show(newer.messages or (), visit.wall)
                        lead.set_text(_lead(newer))

                    live.subscribe(chart_topic(chart), refresh)
            with Tag("div", "lw-col"):
                if view.sees_visits:
                    _next_visit(visit, view)
                if view.balance is not None:
                    _balance(visit, view.balance)
                if view.dashboard_message:
                    clinician_information(view.clinician, markdown(view.dashboard_message))


def _to_do(visit: Visit, view: HomeView) -> None:
    chart, waiting = visit.chart, ToDoList()
    waiting.show(view.to_do)

    async def refresh() -> None:
        newer = await run(home.overview, visit.actor, chart)
        waiting.show(newer.to_do)

    live.subscribe(documents_topic(chart), refresh)


def _next_visit(visit: Visit, view: HomeView) -> None:
    chart = visit.chart
    card = NextAppointment(f"/portal/{chart}/schedule", may_book=view.may_book)
    card.show(view.next_visit, visit.wall.now)

    async def refresh() -> None:
        newer = await run(home.overview, visit.actor, chart)
        card.show(newer.next_visit, visit.wall.now)

    live.subscribe(visits_topic(chart), refresh)


def _balance(visit: Visit, view: BalanceView) -> None:
    chart = visit.chart
    card = HomeBalance(
        f"/portal/{chart}/billing?tab=invoices",
        pay=lambda: PAYING.button(visit, "Make a payment") if view.may_pay else None,
    )
    card.show(view, visit.wall)

    async def refresh() -> None:
        card.show(await run(reading.head, visit.actor, chart), visit.wall)

    live.subscribe(topic(chart), refresh)


def _lead(view: HomeView) -> str:
    new = sum(row.unread for row in view.messages or ())
    if new:
        return "You have a new message." if new == 1 else f"You have {new} new messages."
    return "There is nothing new since your last visit."
