"""The panels about a person's own sign-in: the same for patients and for the practice's people."""

from datetime import datetime
from functools import partial
from typing import Any

from portal_app import live
from portal_app.components.account import Line, codes_list, qr_picture
from portal_app.components.badge import chip_html
from portal_app.components.button import Button
from portal_app.components.dialog import confirm as question
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.panel import panel
from portal_app.components.tag import Tag
from portal_app.components.text import h3, paragraph
from portal_app.data.schemas.account import (
    EmailInput,
    NewApp,
    PasswordInput,
    SessionRow,
    SessionsView,
    SigningInView,
    TwoStepView,
)
from portal_app.pages.framework.panels import Panels
from portal_app.pages.framework.step_up import StepUp
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.account import sessions, signing_in, two_step
from portal_app.services.worker import run

A = Permission.ACCOUNT
CHANGE_PASSWORD = action(signing_in.change_password, needs=A)
ASK_EMAIL = action(signing_in.ask_email, needs=A)
BEGIN = action(two_step.begin, needs=A)
CONFIRM = action(two_step.confirm, needs=A)
NEW_CODES = action(two_step.new_codes, needs=A)
TURN_OFF = action(two_step.turn_off, needs=A)
SIGN_OUT = action(sessions.sign_out, needs=A)
SIGN_OUT_OTHERS = action(sessions.sign_out_others, needs=A)
SIGNING_IN = ("Signing in", "This is your own sign-in. It works for everyone that you look after.")
TWO_STEP = (
    "Two-step sign-in",
    "Asks for a code from your phone, so a stolen password is not enough.",
)
SESSIONS = ("Where you are signed in", "Sign out of a browser that you do not use any more.")


def declare(panels: Panels) -> None:
    """Put the three panels into a section."""
    panels.panel("signing-in", *SIGNING_IN, needs=A, load=signing_in.look)(SigningIn)
    panels.panel("two-step", *TWO_STEP, needs=A, load=two_step.look)(TwoStep)
    panels.panel("sessions", *SESSIONS, needs=A, load=sessions.look)(SignedInAt)


class SigningIn:
    """The address and the password."""

    def __init__(self, visit: Visit, view: SigningInView) -> None:
        """Draw the panel."""
        self._visit = visit
        with panel():
            self._email = Line("Email")
            with self._email:
                self._change_email = Button("Change email", self._open_email, kind="txt")
            self._email_form = self._draw_email()
            self._password = Line("Password")
            with self._password:
                self._change_password = Button("Change password", self._open_password, kind="txt")
            self._password_form = self._draw_password()
        self._show(view)
        live.subscribe(view.topic, self._refresh)

    def _draw_email(self) -> Form[EmailInput]:
        with Tag("div", "lw-setform").show(on=False) as self._email_box:
            fields = {name: _typed(EmailInput, name) for name in ("email", "password")}
            with Tag("div", "lw-actions"):
                self._save_email = Button("Save", self._new_email)
                Button("Cancel", self._close, kind="sec")
        return Form(EmailInput, fields)

    def _draw_password(self) -> Form[PasswordInput]:
        with Tag("div", "lw-setform").show(on=False) as self._password_box:
            fields = {name: _typed(PasswordInput, name) for name in ("current", "new")}
            with Tag("div", "lw-actions"):
                self._save_password = Button("Save", self._new_password)
                Button("Cancel", self._close, kind="sec")
        return Form(PasswordInput, fields)

    def _show(self, view: SigningInView) -> None:
        waiting = f"{view.email}. Open the link we sent to {view.waiting} to change it."
        self._email.say("Email", waiting if view.waiting else view.email)
        at = view.password_changed_at
        self._password.say("Password", f"Last changed {_day(self._visit, at)}" if at else "")
        self._password.show(on=view.has_password)
        self._change_email.show(on=view.has_password)

    def _open_email(self) -> None:
        self._close()
        self._email_box.show(on=True)
        self._email_form.fields["email"].focus()

    def _open_password(self) -> None:
        self._close()
        self._password_box.show(on=True)
        self._password_form.fields["current"].focus()

    def _close(self) -> None:
        for form in (self._email_form, self._password_form):
            for field in form.fields.values():
                field.set_value("")
                field.set_error("")
        self._email_box.show(on=False)
        self._password_box.show(on=False)

    async def _new_email(self) -> None:
        visit, form = self._visit, self._email_form
        command = form.check()
        if command is None:
            return
        with self._save_email.busy("Saving"):
            work = ASK_EMAIL(visit.actor, command.email, command.password, visit.house.public_url)
            done, address = await visit.attempt(work, partial(self._refuse, form, "email"))
        if done:
            self._close()
            visit.say(f"We have sent a link to {address}. Open it to change your address.")

    async def _new_password(self) -> None:
        visit, form = self._visit, self._password_form
        command = form.check()
        if command is None:
            return
        with self._save_password.busy("Saving"):
            work = CHANGE_PASSWORD(visit.actor, command.current, command.new, visit.house.sessions)
            done, _ = await visit.attempt(work, partial(self._refuse, form, "current"))
        if done:
            self._close()
            visit.say("Saved. You are signed out everywhere else.")

    def _refuse(self, form: Form[Any], first: str, error: PortalError) -> None:
        if not form.refuse(error.field, error.message):
            form.refuse(first, error.message)

    async def _refresh(self) -> None:
        view = await run(signing_in.look, self._visit.actor)
        if not self._email.is_deleted:
            self._show(view)


class TwoStep:
    """The second step: on, off, and the codes for the day the phone is lost."""

    def __init__(self, visit: Visit, view: TwoStepView) -> None:
        """Draw the panel."""
        self._visit = visit
        self._asking = StepUp(visit)
        self._off = question(
            "Turn off two-step sign-in?",
            "Your password alone will then be enough to sign in.",
            yes="Turn it off",
            no="Keep it on",
            on_yes=self._turn_off,
            danger=True,
        )
        self._panel = panel()
        self._more = Tag("div")
        self._shown: TwoStepView | None = None
        self._show(view)
        live.subscribe(view.topic, self._refresh)

    def _show(self, view: TwoStepView) -> None:
        if view == self._shown:
            return
        self._shown = view
        self._panel.clear()
        with self._panel:
            if not view.is_on:
                words = "An app on your phone shows a new code every 30 seconds."
                with Line("Authenticator app", words):
                    Tag("span", "", html=chip_html("Off"))
                    Button("Turn on", self._begin, kind="sec")
                return
            since = f"Added {_day(self._visit, view.since)}" if view.since else ""
            with Line("Authenticator app", since):
                Tag("span", "", html=chip_html("On", "ok"))
                if view.is_required:
                    Button("Use another app", self._begin, kind="txt")
                else:
                    Button("Turn off", self._off.open, kind="txt")
            left = f"{view.codes_left} of 10 left. Use one if you lose your phone."
            with Line("Recovery codes", left):
                Button("Get new codes", self._get_codes, kind="txt")

    # ------------------------------------------------------------ turning it on
    async def _begin(self) -> None:
        await self._asking.attempt(lambda: BEGIN(self._visit.actor), self._show_app)

    def _show_app(self, app: NewApp) -> None:
        self._more.clear()
        with self._more, Tag("div", "lw-panel lw-pad lw-setnote lw-newapp"):
            paragraph("1. Open an authenticator app on your phone and scan this picture.")
            qr_picture(app.qr)
            with Tag("p"):
                Tag("span", "", "Can’t scan it? Type this instead. Key: ")
                Tag("code", "lw-key", app.key)
            paragraph("2. Type the code that the app shows.")
            self._code = Field(
                "6-digit code", inputmode="numeric", autocomplete="one-time-code", maxlength=9
            )
            with Tag("div", "lw-actions"):
                self._confirm_button = Button("Confirm", self._confirm)
                Button("Cancel", self._more.clear, kind="sec")
        self._code.focus()

    async def _confirm(self) -> None:
        visit, code = self._visit, self._code.value
        with self._confirm_button.busy("Checking"):
            await self._asking.attempt(
                lambda: CONFIRM(visit.actor, code, visit.house.sessions),
                self._show_codes,
                lambda error: self._code.set_error(error.message),
            )

    # ------------------------------------------------------------ codes
    async def _get_codes(self) -> None:
        await self._asking.attempt(lambda: NEW_CODES(self._visit.actor), self._show_codes)

    async def _show_codes(self, codes: tuple[str, ...]) -> None:
        self._more.clear()
        with self._more, Tag("div", "lw-panel lw-pad lw-setnote"):
            h3("Recovery codes")
            words = "Each works once, if you lose your phone. They are shown only now: print them."
            paragraph(words, "lw-soft")
            codes_list(codes)
            Button("I have kept them", self._more.clear, kind="sec")
        await self._refresh()

    async def _turn_off(self) -> None:
        visit = self._visit

        async def done(_: object) -> None:
            visit.say("Two-step sign-in is off")
            self._more.clear()
            await self._refresh()

        await self._asking.attempt(lambda: TURN_OFF(visit.actor, visit.house.sessions), done)

    async def _refresh(self) -> None:
        view = await run(two_step.look, self._visit.actor)
        if not self._panel.is_deleted:
            self._show(view)


class SignedInAt:
    """Every browser in which the person is signed in."""

    def __init__(self, visit: Visit, view: SessionsView) -> None:
        """Draw the panel."""
        self._visit = visit
        self._panel = panel()
        self._show(view)
        live.subscribe(view.topic, self._refresh)

    def _show(self, view: SessionsView) -> None:
        self._panel.clear()
        with self._panel:
            for row in view.rows:
                self._row(row)
            if len(view.rows) > 2:
                with Tag("div", "lw-line"):
                    Button("Sign out of all others", self._all, kind="dangertxt")

    def _row(self, row: SessionRow) -> None:
        if row.is_this:
            Line("This browser", f"{row.device}. Active now")
            return
        with Line(row.device, f"Last used {self._visit.wall.full(row.last_at)}"):
            Button(f"Sign out of {row.device}", partial(self._one, row.key), kind="dangertxt")

    async def _one(self, key: str) -> None:
        visit = self._visit
        done, _ = await visit.attempt(
            SIGN_OUT(visit.actor, key, visit.house.sessions), lambda e: visit.say(e.message)
        )
        if done:
            visit.say("Signed out there")
        await self._refresh()

    async def _all(self) -> None:
        visit = self._visit
        done, _ = await visit.attempt(
            SIGN_OUT_OTHERS(visit.actor, visit.house.sessions), lambda e: visit.say(e.message)
        )
        if done:
            visit.say("Signed out everywhere else")
        await self._refresh()

    async def _refresh(self) -> None:
        view = await run(sessions.look, self._visit.actor)
        if not self._panel.is_deleted:
            self._show(view)


def _typed(schema: type[EmailInput] | type[PasswordInput], name: str) -> Field:
    info = schema.model_fields[name]
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return Field(str(info.title), kind=str(extra["kind"]), autocomplete=str(extra["autocomplete"]))


def _day(visit: Visit, at: datetime) -> str:
    day = at.astimezone(visit.wall.zone)
    return f"{day:%B} {day.day}, {day.year}"
