"""Settings, Security: the health of the house, the access log, and who may come in."""

from portal_app.components.badge import chip_html
from portal_app.components.button import Button
from portal_app.components.note import note, note_html
from portal_app.components.panel import section as heading
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.data.schemas.upkeep import Line, SecurityView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.services.upkeep import desk

EXAMINE = action(desk.examine, needs=desk.NEEDS)
VERIFY = action(desk.verify_log, needs=desk.NEEDS)
CHIPS = {"ok": ("Well", "ok"), "note": ("Note", ""), "wrong": ("Wrong", "danger")}


@section(
    "practice",
    "/settings/security",
    needs=desk.NEEDS,
    title="Security",
    nav="settings",
    load=desk.security,
)
def security_page(visit: Visit, view: SecurityView) -> None:
    """Show what protects the practice, and let it be checked."""
    with Tag("div", "lw-page"):
        settings_head(visit, "security", "Security")
        with Tag("div", "lw-stack lw-set1 lw-gap10"):
            health_check(visit)
            _log(visit)
            with heading("Who may come in"), Tag("div", "lw-stack lw-gap5"):
                Tag("p", "lw-soft", f"{view.sessions} browsers are signed in at the moment.")
                rows = (
                    fragment(
                        "li",
                        "lw-row",
                        fragment("span", "lw-grow", name),
                        fragment("span", "lw-m", role.capitalize()),
                    )
                    for name, role in view.staff
                )
                Tag("ul", "lw-panel", html=join(*rows))
            with heading("Signatures"):
                Tag(
                    "p",
                    "lw-soft",
                    f"Documents are signed with the key {view.signing_key}. What it and earlier "
                    f"keys have signed stays genuine ({view.signing_keys} in all).",
                )


def health_check(visit: Visit, title: str = "Health") -> None:
    """Draw the doctor: one button, and a line for each subject."""
    with heading(title), Tag("div", "lw-stack lw-gap5"):
        Tag(
            "p",
            "lw-soft",
            "Looks at clock, database, mail, payments, TLS, proxy, disk, backup and PDFs.",
        )
        trouble = note("", "danger", alert=True).show(on=False)
        lines = Tag("ul", "lw-panel", aria_live="polite").show(on=False)
        with Tag("div", "lw-actions"):
            button = Button("Check everything", kind="sec", repeatable=True)

    def refuse(error: PortalError) -> None:
        trouble.set_html(note_html(error.message, "danger"))
        trouble.show(on=True)

    async def check() -> None:
        trouble.show(on=False)
        with button.busy("Checking"):
            done, found = await visit.attempt(EXAMINE(visit.actor), refuse)
        if done:
            lines.set_html(join(*(_line(line) for line in found)))
            lines.show(on=True)

    button.on_click(check)


def _line(line: Line) -> Safe:
    words, kind = CHIPS[line.state]
    return fragment(
        "li",
        "lw-row",
        fragment(
            "div",
            "lw-grow",
            fragment("p", "lw-b", line.subject),
            fragment("p", "lw-m", line.words[:1].upper() + line.words[1:]),
        ),
        chip_html(words, kind),
    )


def _log(visit: Visit) -> None:
    with heading("Access log"), Tag("div", "lw-stack lw-gap5"):
        Tag(
            "p",
            "lw-soft",
            "Every look at a record and every change is a link of a chain; a link that was "
            "changed or taken out is found.",
        )
        verdict = note("", "ok", alert=True).show(on=False)
        with Tag("div", "lw-actions"):
            button = Button("Verify the log", kind="sec", repeatable=True)

    async def verify() -> None:
        with button.busy("Verifying"):
            done, found = await visit.attempt(VERIFY(visit.actor), lambda e: visit.say(e.message))
        if done and found.broken is None:
            verdict.set_html(note_html(f"{found.rows} rows, unbroken.", "ok"))
        elif done:
            verdict.set_html(note_html(f"Row {found.broken} was changed.", "danger"))
        verdict.show(on=done)

    button.on_click(verify)
