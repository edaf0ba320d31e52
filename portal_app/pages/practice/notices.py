"""Settings, Notices: the most that is told by mail of each kind of event."""

from portal_app.components.button import Button
from portal_app.components.field import Field
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.data.schemas.notices import NoticeSettings
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.routing import action, section
from portal_app.rules.notices import EVENT_WORDS, WITH_DETAILS, Content
from portal_app.rules.permissions import Permission
from portal_app.services.notices import choices

SAVE = action(choices.save_settings, needs=Permission.PRACTICE_SETTINGS)
LIMITS = {
    Content.NONE: "No mail at all",
    Content.NEWS: "Only that there is something new",
    Content.DETAILS: "Details too, to people who agreed to plain email",
}
LEAD = "The most that your patients are told by mail. Each person can choose less in Account."


@section(
    "practice",
    "/settings/notices",
    needs=Permission.PRACTICE_SETTINGS,
    title="Notices",
    nav="settings",
    load=choices.settings,
)
def notices_page(visit: Visit, view: NoticeSettings) -> None:
    """Show the limits and save them."""
    with Tag("div", "lw-page"):
        settings_head(visit, "notices", "Notices", LEAD)
        with Tag("div", "lw-stack lw-set1 lw-gap5"):
            with heading("Mail to patients"), Tag("div", "lw-stack lw-gap5"):
                fields = {
                    event.value: Field(
                        EVENT_WORDS[event][0],
                        limit.value
                        if event in WITH_DETAILS or limit is not Content.DETAILS
                        else Content.NEWS.value,
                        kind="select",
                        options=[
                            (c.value, words)
                            for c, words in LIMITS.items()
                            if c is not Content.DETAILS or event in WITH_DETAILS
                        ],
                    )
                    for event, limit in view.rows
                }
            people = "1 person agrees" if view.agreed == 1 else f"{view.agreed} people agree"
            Tag(
                "p",
                "lw-soft",
                f"{people} to plain, unencrypted email at this moment. To everybody else a mail "
                "says that there is something new, and no more. Notices about signing in are "
                "always sent. Text messages are not set up.",
            )
            with Tag("div", "lw-actions"):
                button = Button("Save")

    async def save() -> None:
        limits = {key: field.value for key, field in fields.items()}
        with button.busy("Saving"):
            done, _ = await visit.attempt(SAVE(visit.actor, limits), lambda e: visit.say(e.message))
        if done:
            visit.say("Saved")

    button.on_click(save)
