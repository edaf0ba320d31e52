"""Settings, Booking rules: how a clinician is booked online, and what cancelling means."""

from urllib.parse import urlencode

from portal_app.components.button import Button
from portal_app.components.controls import CheckControl
from portal_app.components.field import Field, check_field
from portal_app.components.form import ErrorSummary, Form
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.data.schemas.schedule import RulesInput, RulesView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.practice.whose import whose
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.schedule import settings

SAVE = action(settings.save_rules, needs=Permission.PRACTICE_SCHEDULE)
OPTIONS = {
    "mode": [
        ("direct", "Patients book; it is final"),
        ("request", "Patients ask; we approve"),
        ("view_only", "Patients only see their visits"),
    ],
    "policy_mode": [
        ("inform", "Inform: show it before booking"),
        ("acknowledge", "Acknowledge: patients tick that they understand"),
        ("block", "Block: after the limit patients must call"),
    ],
    "gap_rule": [
        ("max", "The longer one of the two counts"),
        ("sum", "Both are added"),
    ],
}
HELP = {
    "lead_hours": "Hours ahead.",
    "horizon_days": "Days ahead.",
    "cancel_hours": "Hours before the visit.",
    "fee": "In dollars, such as 75.00. It becomes a draft that you decide on. Empty for none.",
    "upcoming_most": "0 for no limit.",
    "per_day_most": "0 for no limit.",
    "clinician_day_most": "0 for no limit.",
    "gap_minutes": "Minutes.",
    "video_url": "Begins with https://. Patients see it from 15 minutes before.",
    "policy_text": "In your own words; patients read them before they confirm.",
}
OPTIONAL = {"fee", "policy_text", "video_url"}
BOOKING = ("mode", "lead_hours", "horizon_days", "upcoming_most", "per_day_most")
CALENDAR = ("gap_minutes", "gap_rule", "clinician_day_most", "video_url")
POLICY = ("policy_mode", "cancel_hours", "fee", "moves_most", "policy_text")


@section(
    "practice",
    "/settings/booking-rules",
    needs=Permission.PRACTICE_SCHEDULE,
    title="Booking rules",
    nav="settings",
    load=settings.rules,
    query=("clinician",),
)
def rules_page(visit: Visit, view: RulesView) -> None:
    """Show the rules of one clinician and save what is changed."""
    with Tag("div", "lw-page"):
        lead = f"How patients book with {view.clinician_name}."
        settings_head(visit, "booking-rules", "Booking rules", lead)
        if len(view.clinicians) > 1:
            whose(
                visit,
                "Whose rules",
                view.clinicians,
                view.clinician,
                lambda key: f"/practice/settings/booking-rules?{urlencode({'clinician': key})}",
            )
        summary = ErrorSummary()
        fields, switches = _draw(view.rules)
        form = Form(RulesInput, fields, summary)
        with Tag("div", "lw-actions"):
            button = Button("Save")

    async def save() -> None:
        command = form.check(**{name: switch.value for name, switch in switches.items()})
        if command is None:
            return

        def refuse(error: PortalError) -> None:
            if not form.refuse(error.field, error.message):
                visit.say(error.message)

        with button.busy("Saving"):
            done, _ = await visit.attempt(SAVE(visit.actor, view.clinician, command), refuse)
        if done:
            visit.say("Saved")

    button.on_click(save)


def _draw(rules: RulesInput) -> tuple[dict[str, Field], dict[str, CheckControl]]:
    fields: dict[str, Field] = {}
    switches: dict[str, CheckControl] = {}
    with Tag("div", "lw-stack lw-set1 lw-gap10"):
        for title, names, switch in (
            ("Booking online", BOOKING, "approves_first"),
            ("Between visits", CALENDAR, ""),
            ("Changing and cancelling", POLICY, "changes_online"),
        ):
            with heading(title), Tag("div", "lw-stack lw-gap5"):
                for name in names:
                    fields[name] = _field(name, rules)
                if switch:
                    words = str(RulesInput.model_fields[switch].title)
                    switches[switch] = check_field(words, value=getattr(rules, switch))
    return fields, switches


def _field(name: str, rules: RulesInput) -> Field:
    value, options = getattr(rules, name), OPTIONS.get(name)
    kind = "select" if options else "number" if isinstance(value, int) else "text"
    if name == "policy_text":
        kind = "textarea"
    return Field(
        str(RulesInput.model_fields[name].title),
        str(value),
        kind=kind,
        options=options or (),
        help_text=HELP.get(name, ""),
        optional=name in OPTIONAL,
        inputmode="decimal" if name == "fee" else None,
        rows=3 if kind == "textarea" else 0,
    )
