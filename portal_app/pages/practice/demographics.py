"""Who a patient is, in the console: what waits for a decision, and the form of the practice."""

from collections.abc import Awaitable, Callable

from portal_app import live
from portal_app.components.button import link_button
from portal_app.components.demographics.changes import Decisions
from portal_app.components.demographics.form import PRACTICE
from portal_app.components.panel import back_link
from portal_app.components.panel import section as headed
from portal_app.components.schedule.picker import facts_html
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.demographics import ChangeView, DemographicsView, DetailsPanel
from portal_app.pages.demographics_form import DemographicsPage, Services
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.demographics import practice, requests
from portal_app.services.worker import run

NEEDS = Permission.PRACTICE_DEMOGRAPHICS
ACCEPT = action(requests.accept, needs=NEEDS)
DECLINE = action(requests.decline, needs=NEEDS)
SERVICES = Services(
    load=practice.details,
    keep=action(practice.save_draft, needs=NEEDS),
    save=action(practice.save_for_practice, needs=NEEDS),
)


@section(
    "practice",
    "/patients/{chart}/demographics",
    needs=NEEDS,
    title="Demographic info",
    nav="patients",
    load=practice.details,
)
def details_page(visit: Visit, view: DemographicsView) -> None:
    """Show everything that is known, to change it."""
    with Tag("div", "lw-page"):
        back_link(view.patient, f"/practice/patients/{visit.chart}")
        with Tag("div", "lw-page-h"):
            h1("Demographic info")
        Waiting(visit, view.waiting, view.topic)
        DemographicsPage(visit, view, SERVICES, PRACTICE, "/practice-cards")


class Waiting:
    """What waits for the practice to decide, kept up to date."""

    def __init__(
        self,
        visit: Visit,
        changes: tuple[ChangeView, ...],
        topic: str,
        on_news: Callable[[DetailsPanel], None] | None = None,
    ) -> None:
        """Draw it; `on_news` hears what was read again."""
        self._visit, self._chart, self._on_news = visit, visit.chart, on_news
        self._list = Decisions(self._accept, self._decline)
        self._list.fill(changes, visit.wall)
        live.subscribe(topic, self.refresh)

    async def refresh(self) -> None:
        """Read again what waits."""
        newer = await run(practice.panel, self._visit.actor, self._chart)
        if self._list.is_deleted:
            return
        self._list.fill(newer.waiting, self._visit.wall)
        if self._on_news:
            self._on_news(newer)

    async def _accept(self, change: ChangeView) -> None:
        url = self._visit.house.public_url
        work = ACCEPT(self._visit.actor, self._chart, change.id, change.current, url)
        await self._decide(work, f"{change.label} accepted", lambda e: self._list.refuse(e.message))

    async def _decline(self, change: ChangeView, reason: str) -> bool:
        url = self._visit.house.public_url
        work = DECLINE(self._visit.actor, self._chart, change.id, reason, url)
        return await self._decide(
            work, f"{change.label} declined", lambda e: self._list.refuse_reason(e.message)
        )

    async def _decide(
        self, work: Awaitable[None], words: str, refuse: Callable[[PortalError], None]
    ) -> bool:
        done, _ = await self._visit.attempt(work, refuse)
        if done:
            self._visit.say(words)
        await self.refresh()
        return done


def details_panel(visit: Visit, view: DetailsPanel) -> None:
    """Show on the patient's page who it is, and what waits for a decision."""
    with headed("Demographic info"):
        waiting = Tag("div")
        with Tag("div", "lw-panel lw-pad"):
            facts = Tag("dl", "lw-vfacts")
            with Tag("p", "lw-secline"):
                address = f"/practice/patients/{visit.chart}/demographics"
                link_button("Edit details", address, kind="sec", icon="pen-line")

        def show(panel: DetailsPanel) -> None:
            facts.set_html(facts_html([(f.label, f.value) for f in panel.facts]))

        show(view)
        with waiting:
            Waiting(visit, view.waiting, view.topic, show)
