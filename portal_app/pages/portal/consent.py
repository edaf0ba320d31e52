"""A consent: read, signed, declined, or taken back."""

from portal_app import live
from portal_app.components.browser import focus
from portal_app.components.button import Button, link_button
from portal_app.components.consent import Sheet, SignaturePad
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field, check_field
from portal_app.components.note import note, note_html
from portal_app.components.panel import back_link, page_body, panel
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import h1, h2
from portal_app.data.schemas.consents import ConsentView, SignatureRow, SignInput
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.document import DRAWERS
from portal_app.pages.routing import action
from portal_app.rules.consents import DISCLOSURE, INTENT, NAME_MOST, REASON_MOST, WAIT
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.documents import papers
from portal_app.services.documents.consents import ending, showing, signing
from portal_app.services.worker import run

NEEDS = Permission.DOCUMENTS_SIGN
SIGN = action(signing.sign, needs=NEEDS)
DECLINE = action(ending.decline, needs=NEEDS)
WITHDRAW = action(ending.withdraw, needs=NEEDS)
READ = action(showing.mark_read, needs=NEEDS)


def consent_page(visit: Visit, view: ConsentView) -> None:
    """Show a consent, and what can be done with it."""
    Consent(visit, view)


DRAWERS[ConsentView] = consent_page


class Consent:
    """The open document."""

    def __init__(self, visit: Visit, view: ConsentView) -> None:
        """Draw it."""
        self._visit, self._chart, self._view = visit, visit.chart, view
        self._busy = False
        self._read = view.is_read
        with page_body("lw-has-sticky"):
            back_link("Documents", f"/portal/{self._chart}/documents")
            h1(view.title)
            self._box = Tag("div", "lw-cols")
        self._draw()
        live.subscribe(view.topic, self._refresh)

    def _draw(self) -> None:
        view = self._view
        file = view.signed_file or view.file
        about = (view.practice, f"Patient: {view.patient}")
        with self._box:
            Sheet(
                view.title,
                about,
                view.parts,
                is_markdown=view.is_markdown,
                pages=view.pages,
                href=f"/files/{file}",
                on_last=self._last_page,
                on_download=self._allow,
            )
            self._side = panel("lw-sign-panel", padded=True, tag="section")
            with self._side:
                self._heading = h2("Sign" if view.state == "open" else "Signatures", tabindex="-1")
                if view.state == "open":
                    self._form()
                else:
                    self._outcome()
            self._side.set(aria_labelledby=self._heading.html_id)

    # ------------------------------------------------------------ signing
    def _form(self) -> None:
        view = self._view
        if view.note:
            note(view.note)
        if view.acts_for:
            Tag("p", "lw-soft", f"You sign for {view.patient}, as {view.acts_for}.")
        self._signed_before()
        self._agreed = check_field(INTENT, on_change=lambda _: self._clear())
        words = "Download the document first." if view.must_download else WAIT
        self._why = Tag("p", "lw-soft lw-s14", words)
        self._show_read()
        self._screen = None
        if not view.accepted_screen:
            self._screen = check_field(
                "I agree to sign documents on screen.", on_change=lambda _: self._clear()
            )
            items = [fragment("li", "", line) for line in DISCLOSURE]
            with Tag("details"):
                Tag("summary", "", "What signing on screen means")
                Tag("ul", "", html=join(*items))
        self._name = Field(
            "Your full name", autocomplete="name", most=NAME_MOST, on_input=lambda _: self._clear()
        )
        self._pad = SignaturePad(self._typed_name)
        self._error = note("", "danger", alert=True).show(on=False)
        with Tag("div", "lw-actions lw-sticky-act"):
            self._go = Button("Sign and send", self._sign, cls="lw-block")
        at = self._visit.wall
        Tag(
            "p",
            "lw-soft lw-s14",
            f"Signing on {at.today:%B} {at.today.day}, {at.today.year}. We keep a copy with the "
            "date and time, and you can download it here.",
        )
        self._reason_dialog("I don’t want to sign", "Don’t sign", "Don’t sign", self._decline)

    def _typed_name(self) -> str:
        return self._name.value.strip()

    def _signed_before(self) -> None:
        for row in self._view.signatures:
            Tag("p", "lw-soft", self._signed_words(row))

    def _show_read(self) -> None:
        self._agreed.set_enabled(on=self._read)
        self._agreed.set(aria_describedby=None if self._read else self._why.html_id)
        self._why.show(on=not self._read)

    async def _last_page(self) -> None:
        if self._view.state != "open" or self._view.must_download or self._read:
            return
        work = READ(self._visit.actor, self._chart, self._view.id)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._allow()

    def _allow(self) -> None:
        if self._view.state == "open" and not self._read:
            self._read = True
            self._show_read()

    def _clear(self) -> None:
        self._error.show(on=False)
        self._name.set_error("")

    def _refuse(self, error: PortalError) -> None:
        if error.field == "name":
            self._name.set_error(error.message)
            self._name.focus()
            return
        self._error.set_html(note_html(error.message, "danger"))
        self._error.show(on=True)
        if error.field == "agreed":
            focus(self._agreed)

    async def _sign(self) -> None:
        if self._busy:
            return
        self._busy = True
        self._clear()
        command = SignInput(
            sha256=self._view.sha256,
            agreed=self._agreed.value,
            accepts_screen=bool(self._screen and self._screen.value),
            name=self._name.value[: 2 * NAME_MOST],
            strokes=self._pad.strokes,
        )
        try:
            with self._go.busy("Signing"):
                work = SIGN(self._visit.actor, self._chart, self._view.id, command)
                done, row = await self._visit.attempt(work, self._refuse)
        finally:
            self._busy = False
        if done:
            self._visit.say(self._signed_words(row))
            await self._refresh(force=True)
            focus(self._heading)

    # ------------------------------------------------------------ afterwards
    def _signed_words(self, row: SignatureRow) -> str:
        at = row.at.astimezone(self._visit.wall.zone)
        who = "" if row.authority == "the patient" else f" ({row.authority})"
        return (
            f"Signed on {at:%B} {at.day}, {at.year} at {self._visit.wall.clock(row.at)} "
            f"by {row.name}{who}"
        )

    def _outcome(self) -> None:
        view = self._view
        if view.state == "declined":
            note("You did not sign this document." if view.reason else "It was not signed.")
        elif view.state == "withdrawn":
            note("You have taken this back." if view.reason else "This was taken back.")
        elif view.state == "expired":
            note("The practice does not ask for this any more.")
        self._signed_before()
        if view.reason:
            Tag("p", "lw-soft", f"Reason: {view.reason}")
        if view.state == "waiting":
            note("One more person has to sign this document.")
        if view.signed_file:
            with Tag("div", "lw-actions"):
                link_button(
                    "Check this file", "/verify", kind="sec", icon="shield-check", target="_blank"
                )
        if view.signed_by_me and view.state in {"signed", "waiting"}:
            self._reason_dialog(
                "Take this back", "Take your agreement back", "Take it back", self._withdraw
            )

    def _reason_dialog(self, words: str, title: str, verb: str, act) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        box = Dialog(title, keep=True)
        with box.body:
            if verb == "Take it back":
                Tag("p", "", "It holds from now on. What was signed is kept with its date.")
            reason = Field("Reason", kind="textarea", most=REASON_MOST, rows=3)

        async def done() -> None:
            def refuse(error: PortalError) -> None:
                reason.set_error(error.message)
                reason.focus()

            work = act(self._visit.actor, self._chart, self._view.id, reason.value)
            ok, _ = await self._visit.attempt(work, refuse)
            if ok:
                box.close()
                await self._refresh(force=True)

        with box.foot:
            Button("Go back", kind="sec", data_lw_close=True)
            Button(verb, done)
        with Tag("p", "lw-secline"):
            Button(words, kind="txt", repeatable=True, data_lw_open=box.opener)

    _decline = staticmethod(DECLINE)
    _withdraw = staticmethod(WITHDRAW)

    async def _refresh(self, *, force: bool = False) -> None:
        """Hear that a document of the chart has changed; what is being filled in stays."""
        work = run(papers.open_paper, self._visit.actor, self._chart, self._view.id)
        done, view = await self._visit.attempt(work, lambda _: None)
        if not done or (self._busy and not force):
            return
        before = (self._view.state, self._view.signed_file)
        if not force and (view.state, view.signed_file) == before:
            return
        self._view, self._read = view, view.is_read
        self._box.clear()
        self._draw()
