"""The tab Portal access: what the patient may do, who else may see it, and the block."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from portal_app import live
from portal_app.components.badge import chip
from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.family.rights import RightsList
from portal_app.components.field import Field, check_field
from portal_app.components.form import Form
from portal_app.components.note import note, note_html
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.data.schemas.family import (
    AccessView,
    EndInput,
    GrantInput,
    GrantRow,
    InvitedRow,
    InviteInput,
)
from portal_app.pages.framework.step_up import StepUp
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.patient import TABS
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.rules.family import BASES, RELATIONSHIPS, in_words
from portal_app.rules.permissions import PORTAL, Permission
from portal_app.services.family import grants, rights
from portal_app.services.worker import run

NEEDS = Permission.PRACTICE_DEMOGRAPHICS
SAVE_RIGHTS = action(rights.save, needs=NEEDS)
SAVE = action(grants.save, needs=NEEDS)
END = action(grants.end, needs=NEEDS)
INVITE = action(grants.invite, needs=NEEDS)
TAKE_BACK = action(grants.take_back, needs=NEEDS)
BLOCK = action(grants.block, needs=NEEDS)
UNBLOCK = action(grants.unblock, needs=NEEDS)


@TABS.tab("access", "Portal access", needs=NEEDS, load=grants.view)
def access_tab(visit: Visit, view: AccessView) -> None:
    """Show the rights of the chart beside the people who have access."""
    AccessTab(visit, view)


class AccessTab:
    """The open tab; the list of people follows what others do."""

    def __init__(self, visit: Visit, view: AccessView) -> None:
        """Draw it."""
        self._visit, self._view, self._chart = visit, view, view.chart
        with Tag("div", "lw-cols"):
            with Tag("div", "lw-col"), heading(f"What {view.first_name} can see and do"):
                self._rights = RightsList(
                    "Rights", view.permissions & view.ceiling, view.ceiling, on_change=self._switch
                )
            with Tag("div", "lw-col"):
                self._people = Tag("div", "lw-stack lw-gap5")
                self._fill()
        self._dialog = Dialog("Access", keep=True)
        self._asking = StepUp(visit)
        with Tag("div"):
            live.subscribe(view.topic, self._refresh)

    async def _switch(self, value: frozenset[Permission]) -> None:
        work = SAVE_RIGHTS(self._visit.actor, self._chart, value)
        done, kept = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say("Saved")
        self._rights.put(kept if done else self._view.permissions & self._view.ceiling)

    def _refuse(self, error: PortalError) -> None:
        self._visit.say(error.message)

    async def _refresh(self) -> None:
        self._view = await run(grants.view, self._visit.actor, self._chart)
        self._rights.put(self._view.permissions & self._view.ceiling)
        self._people.clear()
        with self._people:
            self._fill()

    # ------------------------------------------------------------ people
    def _fill(self) -> None:
        view = self._view
        with self._people, heading("Who has access"):
            if view.is_blocked:
                note(f"Blocked for everybody but the patient: {view.block_reason}", "warn")
            with Tag("ul", "lw-panel"):
                for row in view.grants:
                    self._row(row)
                for invited in view.invited:
                    self._invited(invited)
                if not view.grants and not view.invited:
                    with Tag("li", "lw-row"):
                        Tag("span", "lw-soft", "Nobody has a sign-in yet.")
            with Tag("div", "lw-actions lw-wrap"):
                if view.is_blocked:
                    Button("End the block", self._unblock, kind="sec")
                else:
                    Button(
                        "Invite somebody else",
                        self._ask_invite,
                        kind="sec",
                        icon="user-round-plus",
                        repeatable=True,
                    )
                    Button("Block others", self._ask_block, kind="dangertxt", repeatable=True)

    def _row(self, row: GrantRow) -> None:
        with Tag("li", "lw-row lw-who1"):
            with Tag("div", "lw-grow"):
                Tag("p", "lw-b", row.name)
                Tag("p", "lw-m", self._detail(row))
            if not row.holds:
                chip("Blocked" if self._is_blocked(row) else "Ended")
            if row.is_own or row.ended_at:
                return
            Button(
                "Change",
                lambda: self._ask_change(row),
                kind="txt",
                repeatable=True,
                aria_label=f"Change access of {row.name}",
            )
            Button(
                "End",
                lambda: self._ask_end(row),
                kind="dangertxt",
                repeatable=True,
                aria_label=f"End access of {row.name}",
            )

    def _is_blocked(self, row: GrantRow) -> bool:
        return self._view.is_blocked and not row.is_own and row.ended_at is None

    def _detail(self, row: GrantRow) -> str:
        if row.is_own:
            return f"The patient. {row.email}"
        parts = [RELATIONSHIPS.get(row.relationship, row.relationship.capitalize())]
        if row.holds:
            parts.append(in_words(row.now))
        if row.basis in BASES:
            parts.append(BASES[row.basis])
        end = row.ended_at or row.ends_at
        if end:
            day = end.astimezone(self._visit.wall.zone)
            words = "Ended" if not row.holds and end <= self._visit.wall.now else "Ends"
            why = " (birthday)" if row.follows_age and row.ends_at != row.valid_until else ""
            parts.append(f"{words} {day:%B} {day.day}, {day.year}{why if words == 'Ends' else ''}")
        return ". ".join(parts)

    def _invited(self, row: InvitedRow) -> None:
        with Tag("li", "lw-row lw-who1"):
            with Tag("div", "lw-grow"):
                Tag("p", "lw-b", row.name)
                Tag("p", "lw-m", row.email)
            chip("Invited", "info")
            Button(
                "Take back",
                lambda: self._take_back(row),
                kind="txt",
                aria_label=f"Take back the invitation of {row.name}",
            )

    async def _take_back(self, row: InvitedRow) -> None:
        work = TAKE_BACK(self._visit.actor, self._chart, row.id)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say("Invitation taken back")

    async def _unblock(self) -> None:
        work = UNBLOCK(self._visit.actor, self._chart)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say("The block has ended")

    # ------------------------------------------------------------ dialogs
    def _clear(self, title: str) -> Tag:
        self._dialog.set_title(title)
        self._dialog.body.clear()
        self._dialog.foot.clear()
        with self._dialog.body:
            return Tag("div", "lw-note lw-danger", role="alert").show(on=False)

    def _refusal(self, form: Form[Any], box: Tag) -> Callable[[PortalError], None]:
        def refuse(error: PortalError) -> None:
            if not form.refuse(error.field, error.message):
                box.set_html(note_html(error.message, "danger")).show(on=True)

        return refuse

    def _ask_change(self, row: GrantRow) -> None:
        box = self._clear(f"Access of {row.name}")
        with self._dialog.body:
            terms = TermsFields(self._view, row, self._visit)
        form: Form[GrantInput] = Form(GrantInput, terms.fields)

        async def save() -> None:
            command = form.check(**terms.rest())
            if command is None:
                return

            def done(_: object) -> None:
                self._dialog.close()
                self._visit.say("Saved")

            await self._asking.attempt(
                lambda: SAVE(self._visit.actor, self._chart, row.id, command),
                done,
                self._refusal(form, box),
            )

        self._buttons("Save", save)

    def _ask_invite(self) -> None:
        box = self._clear("Invite somebody else")
        with self._dialog.body:
            people = {
                "name": Field("Name", help_text="Who will act for the patient."),
                "email": Field("Email", kind="email", autocomplete="off"),
                "email_again": Field("Email again", kind="email", autocomplete="off"),
            }
            terms = TermsFields(self._view, None, self._visit)
        form: Form[InviteInput] = Form(InviteInput, people | terms.fields)

        async def invite() -> None:
            command = form.check(**terms.rest())
            if command is None:
                return
            url = self._visit.house.public_url
            await self._asking.attempt(
                lambda: INVITE(self._visit.actor, self._chart, command, url),
                lambda link: self._show_link(command.name, str(link)),
                self._refusal(form, box),
            )

        self._buttons("Invite", invite)

    def _show_link(self, name: str, link: str) -> None:
        self._clear("Invited")
        with self._dialog.body:
            Tag("p", "", f"The link was mailed to {name}. You can also hand it over yourself:")
            Tag("p", "lw-code", link)
        with self._dialog.foot:
            Button("Close", kind="sec", data_lw_close=True)
        self._dialog.open()

    def _ask_end(self, row: GrantRow) -> None:
        async def end(command: EndInput) -> bool:
            work = END(self._visit.actor, self._chart, row.id, command)
            done, _ = await self._visit.attempt(work, self._refuse)
            return done

        words = f"{row.name} loses access at once, also in open pages."
        self._ask_reason(f"End access of {row.name}?", words, "End access", end)

    def _ask_block(self) -> None:
        async def block(command: EndInput) -> bool:
            work = BLOCK(self._visit.actor, self._chart, command)
            done, _ = await self._visit.attempt(work, self._refuse)
            return done

        words = (
            "Nobody but the patient sees anything, whatever was granted. "
            "They are told no reason, and not that there is a block."
        )
        self._ask_reason("Block access of others?", words, "Block", block)

    def _ask_reason(
        self, title: str, words: str, verb: str, act: Callable[[EndInput], Awaitable[bool]]
    ) -> None:
        self._clear(title)
        with self._dialog.body:
            Tag("p", "", words)
            field = Field("Reason", help_text="Only the practice reads it.", most=500)
        form = Form(EndInput, {"reason": field})

        async def done() -> None:
            command = form.check()
            if command is not None and await act(command):
                self._dialog.close()
                self._visit.say("Done")

        self._buttons(verb, done, danger=True)

    def _buttons(self, verb: str, act: Callable[[], object], *, danger: bool = False) -> None:
        with self._dialog.foot:
            Button(verb, act, kind="danger" if danger else "primary")
            Button("Close", kind="sec", data_lw_close=True)
        self._dialog.open()


class TermsFields:
    """The fields that say what somebody may see, why, and until when."""

    def __init__(self, view: AccessView, row: GrantRow | None, visit: Visit) -> None:
        """Draw them, filled from an access that is there."""
        last = ""
        if row and row.valid_until:
            # what is kept is the midnight after the last day
            last_moment = row.valid_until.astimezone(visit.wall.zone) - timedelta(seconds=1)
            last = last_moment.date().isoformat()
        self.fields = {
            "relationship": Field(
                "Relationship",
                row.relationship if row else "parent" if view.is_minor else "spouse",
                kind="select",
                options=list(RELATIONSHIPS.items()),
            ),
            "basis": Field(
                "Why",
                row.basis
                if row and row.basis in BASES
                else "minor"
                if view.is_minor
                else "patient",
                kind="select",
                options=list(BASES.items()),
            ),
            "until": Field("Last day", last, kind="date", optional=True),
        }
        follows = row.follows_age if row else view.is_minor
        self._follows = check_field(
            "Follow the child’s birthdays",
            value=follows,
            help_text=(
                f"Less from age {view.ages.limited_from}, and ends at {view.ages.ends_at}, "
                "as the practice has set it."
            ),
        )
        Tag("p", "lw-lab", "What this person may do")
        given = row.scopes if row else PORTAL - {Permission.SHARE_PROXY}
        self._scopes = RightsList(
            "What this person may do", given, PORTAL - {Permission.SHARE_PROXY}, hides=True
        )
        self._agreed: RightsList | None = None
        if row and row.follows_age and view.age is not None:
            beyond = PORTAL - view.ages.limited - {Permission.SHARE_PROXY}
            if view.age >= view.ages.limited_from and beyond:
                Tag("p", "lw-lab", "What the teenager has agreed to besides")
                self._agreed = RightsList(
                    "What the teenager has agreed to", row.agreed, beyond, hides=True
                )

    def rest(self) -> dict[str, object]:
        """Give what stands in no field."""
        return {
            "follows_age": self._follows.value,
            "scopes": list(self._scopes.value),
            "agreed": list(self._agreed.value) if self._agreed else [],
        }
