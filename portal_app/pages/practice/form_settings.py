"""Settings, Forms and consents: what is asked for by itself, scores, and what is signed."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from portal_app.components.button import Button
from portal_app.components.controls import CheckControl
from portal_app.components.field import Field, switch_row
from portal_app.components.panel import section as heading
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import paragraph
from portal_app.data.schemas.consents import ConsentRow
from portal_app.data.schemas.definitions import OccasionsView, ScoreRow
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.practice.consents import ConsentList
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.security.actor import Actor
from portal_app.services.documents import form_scores, occasion_rules
from portal_app.services.documents.consents import definitions as consents
from portal_app.services.worker import run

NEEDS = Permission.PRACTICE_FORMS
SHOW = action(form_scores.set_score_shown, needs=NEEDS)
SKIP = action(form_scores.set_skips, needs=NEEDS)


ADD = action(occasion_rules.add_occasion, needs=NEEDS)
REMOVE = action(occasion_rules.remove_occasion, needs=NEEDS)
View = tuple[tuple[ScoreRow, ...], tuple[ConsentRow, ...], OccasionsView]


def load(actor: Actor) -> View:
    """Read the scored forms, the consents, and what is assigned by itself."""
    return form_scores.scored(actor), consents.consents(actor), occasion_rules.occasions(actor)


@section(
    "practice",
    "/settings/forms-and-consents",
    needs=NEEDS,
    title="Forms and consents",
    nav="settings",
    load=load,
)
def form_settings_page(visit: Visit, view: View) -> None:
    """Decide about each scored form and what is assigned by itself, and keep the consents."""
    scored, listed, occasions = view
    with Tag("div", "lw-page"):
        settings_head(
            visit,
            "forms-and-consents",
            "Forms and consents",
            "What is asked for by itself, what patients see of their scores, and what they sign.",
        )
        with Tag("div", "lw-stack lw-set1"):
            Occasions(visit, occasions)
            if not scored:
                Tag("p", "lw-soft", "No rating scale is in use. Add one under Documents.")
            for row in scored:
                _scale(visit, row)
            ConsentList(visit, listed)


class Occasions:
    """The documents that are assigned by themselves."""

    def __init__(self, visit: Visit, view: OccasionsView) -> None:
        """Draw them."""
        self._visit = visit
        with heading("Assigned by itself"):
            paragraph("Each is asked for once, as soon as the visit is booked.", "lw-soft")
            self._rows = Tag("ul", "lw-panel", aria_label="Assigned by itself")
            with Tag("div", "lw-two"):
                self._document = Field(
                    "Document",
                    kind="select",
                    options=view.documents,
                    prompt="Choose a document",
                )
                self._occasion = Field(
                    "When", view.occasions[0][0], kind="select", options=view.occasions
                )
            with Tag("div", "lw-actions"):
                self._button = Button("Add", self._add, kind="sec", icon="plus")
        self._fill(view)

    def _fill(self, view: OccasionsView) -> None:
        self._rows.clear()
        self._rows.show(on=bool(view.rows))
        with self._rows:
            for row in view.rows:
                with Tag("li", "lw-row"):
                    words = fragment("span", "lw-t", row.title)
                    small = fragment("p", "lw-m", row.when)
                    Tag("div", "lw-grow", html=join(words, small))
                    remove = partial(self._remove, row.occasion, row.key)
                    name = f"Remove {row.title} from {row.when}"
                    Button("Remove", remove, kind="dangertxt", aria_label=name)

    async def _refresh(self) -> None:
        self._fill(await run(occasion_rules.occasions, self._visit.actor))

    async def _add(self) -> None:
        def refuse(error: PortalError) -> None:
            field = self._occasion if error.field == "occasion" else self._document
            field.set_error(error.message)
            field.focus()

        visit = self._visit
        self._document.set_error("")
        with self._button.busy("Adding"):
            work = ADD(visit.actor, self._occasion.value, self._document.value)
            done, _ = await visit.attempt(work, refuse)
        if done:
            visit.say("Saved")
            await self._refresh()

    async def _remove(self, occasion: str, key: str) -> None:
        visit = self._visit
        work = REMOVE(visit.actor, occasion, key)
        done, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            visit.say("Saved")
            await self._refresh()


def _scale(visit: Visit, row: ScoreRow) -> None:
    with heading(row.title):
        _switch(
            visit,
            "Patients see their score",
            f"Of {row.title}, with its trend.",
            row.show_score,
            lambda on: SHOW(visit.actor, row.key, shown=on),
        )
        if row.may_skip:
            _switch(
                visit,
                "Questions may be skipped",
                f"With up to {row.may_skip} answers missing the total is estimated, and marked so.",
                row.skips,
                lambda on: SKIP(visit.actor, row.key, allowed=on),
            )
        Tag("p", "lw-soft lw-after", row.licence)


def _switch(
    visit: Visit,
    label: str,
    help_text: str,
    value: bool,
    decide: Callable[[bool], Awaitable[Any]],
) -> None:
    async def change(on: bool) -> None:
        done, _ = await visit.attempt(decide(on), lambda e: visit.say(e.message))
        if done:
            visit.say("Saved")
        else:
            control.put(not on)

    control: CheckControl = switch_row(label, value=value, help_text=help_text, on_change=change)
