"""Settings, Set up: from an empty folder to the first booking, step by step, and going live."""

from portal_app.components.badge import chip_html
from portal_app.components.button import link_button
from portal_app.components.note import note
from portal_app.components.panel import section as heading
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.data.schemas.upkeep import SetupView, Step
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.practice.security import health_check
from portal_app.pages.routing import section
from portal_app.services.upkeep import desk, setting_up


@section(
    "practice",
    "/settings/set-up",
    needs=desk.NEEDS,
    title="Set up",
    nav="settings",
    load=setting_up.progress,
)
def set_up_page(visit: Visit, view: SetupView) -> None:
    """List the steps with their state, the next one first, and let the doctor look at the end."""
    with Tag("div", "lw-page"):
        lead = "From here to the first booking. Leave and come back as you like."
        settings_head(visit, "set-up", "Set up", lead)
        with Tag("div", "lw-stack lw-set1 lw-gap10"):
            _next(view)
            with heading("Steps"):
                rows = (_row(number, step) for number, step in enumerate(view.steps, 1))
                Tag("ol", "lw-panel", html=join(*rows))
            health_check(visit, "Go live")


def _next(view: SetupView) -> None:
    step = view.next
    if step is None:
        note("Every step is done. Check everything below, then tell your patients.", "ok")
        return
    with Tag("div", "lw-stack lw-gap5"):
        Tag("p", "lw-b", f"Next: {step.title}")
        Tag("p", "lw-soft", step.words)
        with Tag("div", "lw-actions"):
            link_button("Continue setting up", step.href)


def _row(number: int, step: Step) -> Safe:
    words, kind = (
        ("Done", "ok") if step.done else ("Optional", "") if step.optional else ("To do", "warn")
    )
    return fragment(
        "li",
        "lw-row",
        fragment(
            "div",
            "lw-grow",
            fragment("a", "lw-b", f"{number}. {step.title}", href=step.href),
            fragment("p", "lw-m", step.words),
        ),
        chip_html(words, kind),
    )
