"""Settings, Backup: the last one, one now, the ones that are kept, and the recovery key."""

from portal_app import live
from portal_app.components.button import Button
from portal_app.components.note import note, note_html
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.data.schemas.upkeep import BackupRow, BackupView
from portal_app.pages.framework.step_up import StepUp
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.when import size
from portal_app.services.upkeep import desk
from portal_app.services.worker import run

BACK_UP = action(desk.back_up, needs=desk.NEEDS)
CHOOSE = action(desk.choose, needs=desk.NEEDS)
NEW_KEY = action(desk.new_recovery_key, needs=desk.NEEDS)
KINDS = {
    "nightly": "Made in the night",
    "manual": "Made by hand",
    "migration": "Made before an upgrade",
}
ABOUT_KEY = (
    "With the recovery key, a backup can be restored on a new machine when this one is lost. "
    "It is shown once. Write it down and keep it away from this machine. "
    "A new one opens the backups that are made from then on."
)


@section(
    "practice",
    "/settings/backup",
    needs=desk.NEEDS,
    title="Backup",
    nav="settings",
    load=desk.backups,
)
def backup_page(visit: Visit, view: BackupView) -> None:
    """Show how far the practice is backed up, and back it up."""
    with Tag("div", "lw-page"):
        lead = "Everything the practice has, encrypted in one file."
        with settings_head(visit, "backup", "Backup", lead):
            button = Button("Back up now", icon="shield-check")
        with Tag("div", "lw-stack lw-set1 lw-gap10"):
            asking = StepUp(visit)
            trouble = note("", "danger", alert=True).show(on=False)
            state = Tag("div", "lw-stack lw-gap5")
            with heading("Kept"), Tag("div", "lw-stack lw-gap5"):
                where = Tag("p", "lw-soft")
                rows = Tag("ul", "lw-panel")
            _recovery(visit, asking, view)

    def fill(now: BackupView) -> None:
        state.clear()
        with state:
            _state(visit, now)
        where.set_text(f"In {now.folder}. Copy them to another place as well.")
        rows.show(on=bool(now.rows))
        rows.clear()
        with rows:
            for row in now.rows:
                _row(visit, asking, row)

    async def refresh() -> None:
        fill(await run(desk.backups, visit.actor))

    def refuse(error: PortalError) -> None:
        trouble.set_html(note_html(error.message, "danger"))
        trouble.show(on=True)

    async def back_up() -> None:
        trouble.show(on=False)
        with button.busy("Backing up"):
            done, _ = await visit.attempt(BACK_UP(visit.actor), refuse)
        if done:
            await refresh()
            visit.say("Backup made and tried")

    button.on_click(back_up)
    fill(view)
    live.subscribe(desk.TOPIC, refresh)


def _state(visit: Visit, view: BackupView) -> None:
    if view.last_at is None:
        words = (
            "The demo is not backed up by itself." if view.is_demo else "No backup was made yet."
        )
        note(words, "" if view.is_demo else "danger")
        return
    note(f"The last backup was made {visit.wall.full(view.last_at)}.", "ok")
    if view.verified_at is None:
        note("No backup was tried yet.", "danger")
    else:
        tried = visit.wall.full(view.verified_at)
        Tag("p", "lw-soft", f"A backup was last restored for a trial {tried}.")


def _row(visit: Visit, asking: StepUp, row: BackupRow) -> None:
    with Tag("li", "lw-row"):
        with Tag("div", "lw-grow"):
            Tag("p", "lw-b", visit.wall.full(row.at).capitalize())
            Tag("p", "lw-m", f"{KINDS.get(row.kind, row.kind)}, {size(row.size)}")
        button = Button("Download", kind="txt", aria_label=f"Download {row.name}", repeatable=True)

    async def download() -> None:
        await asking.attempt(lambda: CHOOSE(visit.actor, row.name), visit.go)

    button.on_click(download)


def _recovery(visit: Visit, asking: StepUp, view: BackupView) -> None:
    with heading("Recovery key"), Tag("div", "lw-stack lw-gap5"):
        Tag("p", "lw-soft", ABOUT_KEY)
        none = note("There is no recovery key yet. Keep a copy of the key file.", "danger")
        none.show(on=view.recovery_at is None)
        if view.recovery_at is not None:
            Tag("p", "lw-m", f"Made {visit.wall.full(view.recovery_at)}.")
        shown = note("", "ok", alert=True).show(on=False)
        with Tag("div", "lw-actions"):
            button = Button("Make a recovery key", kind="sec")

    def show(key: str) -> None:
        shown.set_html(note_html(f"Your recovery key is {key}", "ok"))
        shown.show(on=True)
        none.show(on=False)

    async def make() -> None:
        await asking.attempt(lambda: NEW_KEY(visit.actor), show)

    button.on_click(make)
