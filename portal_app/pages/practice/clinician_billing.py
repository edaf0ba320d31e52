"""Settings, Clinicians and staff: how insurance companies know each clinician."""

from portal_app.components.button import Button
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.data.codes import states
from portal_app.data.schemas.superbills import ClinicianBillingInput
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.services.billing import visit_codes

SAVE = action(visit_codes.save_clinician, needs=visit_codes.SETTINGS)
LEAD = "What superbills say about each clinician. Insurance companies send them back without it."


@section(
    "practice",
    "/settings/clinicians-and-staff/insurance",
    needs=visit_codes.SETTINGS,
    title="Clinicians and insurance",
    nav="settings",
    load=visit_codes.clinicians,
)
def clinicians_page(visit: Visit, view: tuple[tuple[str, str, ClinicianBillingInput], ...]) -> None:
    """Show a form for each clinician."""
    with Tag("div", "lw-page"):
        settings_head(visit, "clinicians-and-staff", "Clinicians and insurance", LEAD)
        with Tag("div", "lw-stack lw-set1"):
            for key, name, facts in view:
                _clinician(visit, key, name, facts)


def _clinician(visit: Visit, key: str, name: str, facts: ClinicianBillingInput) -> None:
    with heading(name):
        fields = {}
        with Tag("div", "lw-stack lw-gap5"):
            for field, info in ClinicianBillingInput.model_fields.items():
                chooses = field == "license_state"
                fields[field] = Field(
                    str(info.title),
                    str(getattr(facts, field)),
                    kind="select" if chooses else "text",
                    options=list(states().items()) if chooses else (),
                    prompt="Choose" if chooses else "",
                    help_text=info.description or "",
                    optional=field in {"taxonomy", "supervisor"},
                    inputmode="numeric" if field == "npi" else None,
                )
        form = Form(ClinicianBillingInput, fields)
        with Tag("div", "lw-actions"):
            button = Button("Save", aria_label=f"Save {name}")

        async def save() -> None:
            command = form.check()
            if command is None:
                return

            def refuse(error: PortalError) -> None:
                if not form.refuse(error.field, error.message):
                    visit.say(error.message)

            done, _ = await visit.attempt(SAVE(visit.actor, key, command), refuse)
            if done:
                visit.say("Saved")

        button.on_click(save)
