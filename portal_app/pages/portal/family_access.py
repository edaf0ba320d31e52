"""Account, Family access: who may see my portal, sharing it with an adult, and stopping."""

from portal_app import live
from portal_app.components.account import Line
from portal_app.components.badge import chip
from portal_app.components.button import Button
from portal_app.components.dialog import Dialog, confirm
from portal_app.components.family.rights import RightsList
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.tag import Tag
from portal_app.data.schemas.family import Shared, ShareInput, SharingView
from portal_app.pages.framework.step_up import StepUp
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.account import PANELS
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.rules.family import RELATIONSHIPS, in_words
from portal_app.rules.permissions import Permission
from portal_app.services.family import sharing
from portal_app.services.worker import run

NEEDS = Permission.HOME
SHARE = action(sharing.share, needs=Permission.SHARE_PROXY)
STOP = action(sharing.stop, needs=NEEDS)
TAKE_BACK = action(sharing.take_back, needs=NEEDS)
ADULTS = ("spouse", "child", "attorney", "other")


@PANELS.panel(
    "family",
    "Family access",
    "Who else may see this portal. What they do is recorded with their name.",
    needs=NEEDS,
    load=sharing.view,
)
def family_panel(visit: Visit, view: SharingView) -> None:
    """Show the list, kept up to date."""
    FamilyPanel(visit, view)


class FamilyPanel:
    """The open panel."""

    def __init__(self, visit: Visit, view: SharingView) -> None:
        """Draw it, with its closed dialog."""
        self._visit, self._view, self._chart = visit, view, view.chart
        with Tag("div") as box:
            self._people = Tag("div", "lw-panel")
            self._button = Button(
                "Share with an adult",
                self._ask,
                kind="sec",
                icon="user-round-plus",
                repeatable=True,
                cls="lw-after",
            )
        self._dialog = Dialog("Share with an adult", keep=True)
        self._questions = Tag("div")
        self._asking = StepUp(visit)
        self._show()
        with box:
            live.subscribe(view.topic, self._refresh)

    def _show(self) -> None:
        view = self._view
        self._button.show(on=view.may_share)
        self._people.clear()
        with self._people:
            for person in view.people:
                self._person(person)
            for invited in view.invited:
                with Line(invited.name, invited.email):
                    chip("Invited", "info")
                    if invited.may_take_back:
                        Button(
                            "Take back",
                            lambda key=invited.id: self._take_back(key),
                            kind="txt",
                            aria_label=f"Take back the invitation of {invited.name}",
                        )
            if not view.people and not view.invited:
                Line("Only you" if view.is_own else "You", "Nobody else sees this portal.")

    def _person(self, person: Shared) -> None:
        title = person.name if self._view.is_own else "You"
        with Line(title, self._detail(person)):
            if person.may_stop:
                Button(
                    "Stop sharing",
                    lambda: self._ask_stop(person),
                    kind="dangertxt",
                    repeatable=True,
                    aria_label=f"Stop sharing with {person.name}",
                )

    def _detail(self, person: Shared) -> str:
        parts = [
            RELATIONSHIPS.get(person.relationship, person.relationship.capitalize()),
            in_words(person.scopes),
        ]
        if person.ends_at:
            day = person.ends_at.astimezone(self._visit.wall.zone)
            parts.append(f"Ends {day:%B} {day.day}, {day.year}")
        return ". ".join(parts)

    async def _refresh(self) -> None:
        self._view = await run(sharing.view, self._visit.actor, self._chart)
        self._show()

    def _refuse(self, error: PortalError) -> None:
        self._visit.say(error.message)

    async def _take_back(self, invitation: str) -> None:
        work = TAKE_BACK(self._visit.actor, self._chart, invitation)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say("Invitation taken back")

    def _ask_stop(self, person: Shared) -> None:
        async def stop() -> None:
            url = self._visit.house.public_url
            work = STOP(self._visit.actor, self._chart, person.id, url)
            done, _ = await self._visit.attempt(work, self._refuse)
            if done:
                self._visit.say(f"You no longer share with {person.name}")

        self._questions.clear()
        with self._questions:
            confirm(
                f"Stop sharing with {person.name}?",
                f"{person.name} sees nothing more, at once, also in open pages.",
                yes="Stop sharing",
                no="Keep sharing",
                on_yes=stop,
                danger=True,
            ).open()

    # ------------------------------------------------------------ sharing
    def _ask(self) -> None:
        dialog, view = self._dialog, self._view
        dialog.set_title("Share with an adult")
        dialog.body.clear()
        dialog.foot.clear()
        with dialog.body:
            box = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            fields = {
                "name": Field("Name"),
                "email": Field("Email", kind="email", autocomplete="off"),
                "relationship": Field(
                    "Who is this?",
                    "spouse",
                    kind="select",
                    options=[(key, RELATIONSHIPS[key]) for key in ADULTS],
                ),
                "until": Field("Last day", view.usual_end.isoformat(), kind="date"),
            }
            Tag("p", "lw-lab", "What this person may do")
            scopes = RightsList("What this person may do", frozenset(), view.offered, hides=True)
        form = Form(ShareInput, fields)

        def refuse(error: PortalError) -> None:
            if not form.refuse(error.field, error.message):
                box.set_html(note_html(error.message, "danger")).show(on=True)

        async def share() -> None:
            command = form.check(scopes=list(scopes.value))
            if command is None:
                return
            url = self._visit.house.public_url

            def done(_: object) -> None:
                dialog.close()
                self._visit.say(f"The invitation was sent to {command.email}")

            await self._asking.attempt(
                lambda: SHARE(self._visit.actor, self._chart, command, url), done, refuse
            )

        with dialog.foot:
            Button("Share", share)
            Button("Close", kind="sec", data_lw_close=True)
        dialog.open()
