"""Settings, Forms and consents: what patients see of their scores, and what they sign."""

from collections.abc import Awaitable, Callable
from typing import Any

from portal_app.components.controls import CheckControl
from portal_app.components.field import switch_row
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.data.schemas.consents import ConsentRow
from portal_app.data.schemas.definitions import ScoreRow
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.practice.consents import ConsentList
from portal_app.pages.routing import action, section
from portal_app.rules.permissions import Permission
from portal_app.security.actor import Actor
from portal_app.services.documents import form_scores
from portal_app.services.documents.consents import definitions as consents

NEEDS = Permission.PRACTICE_FORMS
SHOW = action(form_scores.set_score_shown, needs=NEEDS)
SKIP = action(form_scores.set_skips, needs=NEEDS)


def load(actor: Actor) -> tuple[tuple[ScoreRow, ...], tuple[ConsentRow, ...]]:
    """Read the scored forms and the consents."""
    return form_scores.scored(actor), consents.consents(actor)


@section(
    "practice",
    "/settings/forms-and-consents",
    needs=NEEDS,
    title="Forms and consents",
    nav="settings",
    load=load,
)
def form_settings_page(
    visit: Visit, view: tuple[tuple[ScoreRow, ...], tuple[ConsentRow, ...]]
) -> None:
    """Decide about each scored form, and keep the consents."""
    scored, listed = view
    with Tag("div", "lw-page"):
        settings_head(
            visit,
            "forms-and-consents",
            "Forms and consents",
            "What patients see of their scores, and what they may leave out.",
        )
        with Tag("div", "lw-stack lw-set1"):
            if not scored:
                Tag("p", "lw-soft", "No rating scale is in use. Add one under Documents.")
            for row in scored:
                _scale(visit, row)
            ConsentList(visit, listed)


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
