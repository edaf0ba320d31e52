"""What the practice decides on screen."""

from dataclasses import replace

from portal_app.components.button import Button
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.components.text import link
from portal_app.data.schemas.practice import (
    AbsenceInput,
    ClinicianSettings,
    DashboardInput,
    MessageSettings,
    SavedReplyInput,
    SettingsView,
)
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.practice.staff import StaffPanel
from portal_app.pages.routing import action, section
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security.actor import Actor
from portal_app.services import practice, staff
from portal_app.services.worker import run

SAVE_ABSENCE = action(practice.save_absence, needs=Permission.PRACTICE_PROFILE)
SAVE_DASHBOARD = action(practice.save_dashboard_message, needs=Permission.PRACTICE_PROFILE)
ADD_REPLY = action(practice.add_saved_reply, needs=Permission.PRACTICE_SETTINGS)
REMOVE_REPLY = action(practice.remove_saved_reply, needs=Permission.PRACTICE_SETTINGS)
SAVE_MESSAGES = action(practice.save_messages, needs=Permission.PRACTICE_SETTINGS)
INSURANCE = "/practice/settings/clinicians-and-staff/insurance"
AREAS = {"clinicians-and-staff": "Clinicians and staff", "messages": "Messages"}


def read_area(actor: Actor, area: str) -> tuple[str, SettingsView]:
    """Read an area of the settings."""
    if area not in AREAS:
        raise NotFoundError
    view = practice.settings(actor, area)
    if area == "clinicians-and-staff" and view.leads:
        view = replace(view, everybody=staff.view(actor))
    return area, view


@section(
    "practice",
    "/settings/{area}",
    needs=Permission.PRACTICE_PROFILE,
    title="Settings",
    nav="settings",
    load=read_area,
)
def settings_page(visit: Visit, view: tuple[str, SettingsView]) -> None:
    """Show an area and save what is changed in it."""
    area, settings = view
    with Tag("div", "lw-page"):
        settings_head(visit, area, AREAS[area])
        with Tag("div", "lw-stack lw-set1"):
            if area == "messages" and settings.messages:
                _messages(visit, settings.messages)
                _saved_replies(visit, settings.saved_replies)
            else:
                if Permission.PRACTICE_SETTINGS in visit.permissions:
                    link("Numbers for insurance companies", INSURANCE)
                if settings.everybody is not None:
                    StaffPanel(visit, settings.everybody)
                for clinician in settings.clinicians:
                    _clinician(visit, clinician, settings.staff)
                if settings.everybody is None:
                    _colleagues(settings.staff)


def _colleagues(staff: tuple[tuple[str, str, str], ...]) -> None:
    with heading("Staff"), Tag("ul", "lw-panel"):
        for _, name, title in staff:
            with Tag("li", "lw-row"), Tag("div", "lw-grow"):
                Tag("p", "lw-b", name)
                Tag("p", "lw-m", title)


def _clinician(
    visit: Visit, clinician: ClinicianSettings, staff: tuple[tuple[str, str, str], ...]
) -> None:
    with heading(clinician.name):
        form = Form(
            DashboardInput,
            {
                "text": Field(
                    "Portal dashboard message",
                    clinician.message,
                    kind="textarea",
                    rows=4,
                    most=4000,
                    count_from=3600,
                    help_text="All of this clinician’s patients see it on their first page. "
                    "Leave a line empty between paragraphs; **two stars** make words bold.",
                )
            },
        )
        field = form.fields["text"]
        with Tag("div", "lw-actions"):
            button = Button("Save")

        async def save(event: object) -> None:
            field.value = str(getattr(event, "args", "") or "")
            command = form.check()
            if command is None:
                return
            work = SAVE_DASHBOARD(visit.actor, clinician.id, command)
            done, _ = await visit.attempt(work, lambda e: field.set_error(e.message))
            if done:
                visit.say("Saved")

        button.on("click", save, js_handler="() => emit(" + field.reader + ")")
        _absence(visit, clinician, staff)


def _absence(
    visit: Visit, clinician: ClinicianSettings, staff: tuple[tuple[str, str, str], ...]
) -> None:
    until = clinician.away_until.isoformat() if clinician.away_until else ""
    people = [("", "Nobody"), *((key, name) for key, name, _ in staff if name != clinician.name)]
    form = Form(
        AbsenceInput,
        {
            "away_until": Field(
                "Back on", until, kind="date", help_text="Leave it empty while you are there."
            ),
            "stand_in": Field(
                "Who answers meanwhile", clinician.stand_in, kind="select", options=people
            ),
        },
    )
    away, stand_in = form.fields["away_until"], form.fields["stand_in"]
    with Tag("div", "lw-actions"):
        button = Button("Save absence", kind="sec")

    async def save(event: object) -> None:
        away.value, stand_in.value = (str(v) for v in getattr(event, "args", ("", "")))
        command = form.check()
        if command is None:
            return
        work = SAVE_ABSENCE(visit.actor, clinician.id, command)
        done, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            visit.say("Saved")

    readers = away.reader + "," + stand_in.reader
    button.on("click", save, js_handler="() => emit([" + readers + "])")


def _messages(visit: Visit, settings: MessageSettings) -> None:
    fields = {
        name: Field(
            str(info.title),
            str(getattr(settings, name)),
            kind="number"
            if name == "answer_hours"
            else "textarea"
            if name != "reply_promise"
            else "text",
            rows=3,
        )
        for name, info in MessageSettings.model_fields.items()
    }
    form = Form(MessageSettings, fields)
    with Tag("div", "lw-actions"):
        button = Button("Save")

    async def save(event: object) -> None:
        values = getattr(event, "args", None) or []
        for field, value in zip(fields.values(), values, strict=True):
            field.value = str(value)
        command = form.check()
        if command is None:
            return
        work = SAVE_MESSAGES(visit.actor, command)
        done, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            visit.say("Saved")

    readers = ",".join(f.reader for f in fields.values())
    button.on("click", save, js_handler="() => emit([" + readers + "])")


def _saved_replies(visit: Visit, replies: tuple[tuple[str, str, str], ...]) -> None:
    with heading("Saved replies"):
        Tag(
            "p",
            "lw-soft",
            "{{first name}}, {{clinician}} and {{practice phone}} are filled in by themselves.",
        )
        box = Tag("ul", "lw-panel")
        form = Form(
            SavedReplyInput,
            {"title": Field("Title"), "body": Field("Text", kind="textarea", rows=3)},
        )
        with Tag("div", "lw-actions"):
            button = Button("Add saved reply", kind="sec")

    def show(shown: tuple[tuple[str, str, str], ...]) -> None:
        box.clear()
        box.show(on=bool(shown))
        with box:
            for key, title, body in shown:
                with Tag("li", "lw-row"):
                    with Tag("div", "lw-grow"):
                        Tag("p", "lw-b", title)
                        Tag("p", "lw-m", body)
                    Button(
                        "Remove", lambda k=key: remove(k), kind="txt", aria_label=f"Remove {title}"
                    )

    async def refresh(words: str) -> None:
        visit.say(words)
        _, settings = await run(read_area, visit.actor, "messages")
        show(settings.saved_replies)

    async def remove(key: str) -> None:
        work = REMOVE_REPLY(visit.actor, key)
        done, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            await refresh("Removed")

    async def add(event: object) -> None:
        title, body = (str(v) for v in getattr(event, "args", ("", "")))
        form.fields["title"].value, form.fields["body"].value = title, body
        command = form.check()
        if command is None:
            return
        work = ADD_REPLY(visit.actor, command)
        done, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            for field in form.fields.values():
                field.set_value("")
            await refresh("Saved")

    readers = ",".join(f.reader for f in form.fields.values())
    button.on("click", add, js_handler="() => emit([" + readers + "])")
    show(replies)
