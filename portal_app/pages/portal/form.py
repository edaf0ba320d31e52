"""One form: filled in question by question, saved with each answer, sent once, found again."""

import asyncio

from portal_app.components.browser import focus
from portal_app.components.button import Button, link_button
from portal_app.components.crisis import CrisisPanel
from portal_app.components.dialog import confirm
from portal_app.components.documents import Questions
from portal_app.components.icons import icon_svg
from portal_app.components.note import note, note_html
from portal_app.components.panel import back_link, page_body
from portal_app.components.panel import section as headed
from portal_app.components.papers import answers_html, kind_words, trends_html
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.components.words import plain_html
from portal_app.data.schemas.papers import FormView, Sent, SentVersion
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.document import DRAWERS
from portal_app.pages.routing import action
from portal_app.rules.documents.answers import progress
from portal_app.rules.documents.questionnaire import Item, Value
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.documents import filling, papers
from portal_app.services.documents.filling import UnansweredError
from portal_app.services.worker import run

P = Permission
SAVE = action(filling.save_answer, needs=P.DOCUMENTS_FILL)
SUBMIT = action(filling.submit, needs=P.DOCUMENTS_FILL)
CORRECT = action(filling.correct, needs=P.DOCUMENTS_FILL)
DROP = action(filling.drop_correction, needs=P.DOCUMENTS_FILL)


def form_page(visit: Visit, view: FormView) -> None:
    """Show a form to be filled in, or as it was sent."""
    box = page_body("lw-formpage")
    show(visit, view, box)


DRAWERS[FormView] = form_page


def show(visit: Visit, view: FormView, box: Tag) -> None:
    """Draw the form into an empty box."""
    with box:
        if view.editable:
            OpenForm(visit, view, box)
        else:
            SentForm(visit, view, box)


def _head(visit: Visit, view: FormView, lead: str) -> None:
    back_link("Documents", f"/portal/{visit.chart}/documents")
    h1(view.title)
    if lead:
        Tag("p", "lw-lead", lead)


async def _again(visit: Visit, document: str, box: Tag) -> None:
    """Read the form anew and draw it in place."""
    work = run(papers.open_paper, visit.actor, visit.chart, document)
    done, view = await visit.attempt(work, lambda e: visit.say(e.message))
    if done and not box.is_deleted:
        box.clear()
        show(visit, view, box)


class OpenForm:
    """A form that can be filled in."""

    def __init__(self, visit: Visit, view: FormView, box: Tag) -> None:
        """Draw it."""
        self._visit, self._view, self._box = visit, view, box
        self._turn = asyncio.Lock()
        self._unsaved: dict[str, tuple[Value, ...]] = {}
        _head(visit, view, view.questionnaire.description)
        if view.note:
            with note("", "warn" if view.status == "returned" else "plain") as said:
                said.set_html(_note_html(view))
        self._progress()
        self._questions = Questions(
            view.questionnaire, view.answers, on_change=self._changed, aside=self._aside
        )
        self._help = CrisisPanel(view.crisis_line, view.emergency_number)
        self._error = note("", "danger", alert=True).show(on=False)
        with Tag("div", "lw-actions lw-formend"):
            words = f"Send to {view.to}" if view.to else "Submit"
            self._send = Button(words, self._submit)
            self._left = Tag("span", "lw-muted lw-s14")
            if view.corrects:
                Button("Discard the correction", self._discard, kind="txt")
        if view.questionnaire.copyright:
            Tag("p", "lw-muted lw-s14 lw-copyright", view.questionnaire.copyright)
        self._count()
        if view.flagged:
            self._help.appear(on=True)

    def _aside(self, item: Item) -> None:
        """Say where help is beside a question that can be hard to answer."""
        if item.link_id in self._view.watched:
            line = self._view.crisis_line
            number = fragment("a", "", line, href=f"tel:{line}")
            text = (
                "If you are thinking about hurting yourself, you do not have to wait. Call or text "
            )
            words = fragment("span", "", text, number, ", day or night.")
            Tag("p", "lw-note lw-plain", html=join(icon_svg("life-buoy"), words))

    def _progress(self) -> None:
        with Tag("div", "lw-prog"):
            with Tag("div", "lw-between lw-s14"):
                self._answered = Tag("span")
                saved = self._view.saved_at
                words = f"Saved {self._visit.wall.short(saved)}" if saved else ""
                self._saved = Tag("span", "lw-muted", words, role="status")
            self._bar = Tag("div", "lw-bar", role="progressbar", aria_valuemin="0")
            self._answered.set(id=self._answered.html_id)
            self._bar.set(aria_labelledby=self._answered.html_id)

    def _count(self) -> None:
        answered, asked = progress(self._view.questionnaire, self._questions.answers)
        number = fragment("b", "", f"{answered} of {asked}")
        self._answered.set_html(join(number, " answered"))
        share = round(100 * answered / asked) if asked else 100
        self._bar.set(aria_valuenow=str(answered), aria_valuemax=str(asked))
        self._bar.set_html(fragment("i", style=f"width:{share}%"))
        left = asked - answered
        words = f"{left} question{'' if left == 1 else 's'} left" if left else ""
        self._left.set_text(words)

    # ------------------------------------------------------------ saving
    async def _changed(self, link_id: str, values: tuple[Value, ...]) -> None:
        self._count()
        self._unsaved[link_id] = values
        await self._save()

    async def _save(self) -> bool:
        """Save what waits, one answer after the other and each question's newest only."""
        async with self._turn:
            while self._unsaved:
                link_id, values = next(iter(self._unsaved.items()))
                self._saved.set_text("Saving …")
                visit = self._visit
                work = SAVE(visit.actor, visit.chart, self._view.id, link_id, values)
                done, flagged = await visit.attempt(work, self._refused)
                if self._box.is_deleted:
                    return False
                if not done:
                    return False
                if self._unsaved.get(link_id) is values:
                    del self._unsaved[link_id]
                self._help.appear(on=flagged)
            self._saved.set_text(f"Saved {self._visit.wall.clock(self._visit.wall.now)}")
            self._refuse("")
        return True

    def _refused(self, error: PortalError) -> None:
        self._saved.set_text("Not saved")
        self._refuse(error.message)

    def _refuse(self, text: str) -> None:
        self._error.set_html(note_html(text, "danger"))
        self._error.show(on=bool(text))

    # ------------------------------------------------------------ sending
    async def _submit(self) -> None:
        visit, view = self._visit, self._view
        with self._send.busy("Sending"):
            if self._unsaved and not await self._save():
                return
            async with self._turn:
                wrong: list[PortalError] = []
                work = SUBMIT(visit.actor, visit.chart, view.id, view.client_key)
                done, sent = await visit.attempt(work, wrong.append)
        if self._box.is_deleted:
            return
        if done:
            self._box.clear()
            with self._box:
                SentNow(visit, view, self._box, sent)
            return
        error = wrong[0] if wrong else PortalError("Nothing was sent.")
        self._refuse(error.message)
        if isinstance(error, UnansweredError):
            self._questions.show_faults(error.faults)

    async def _discard(self) -> None:
        visit = self._visit
        work = DROP(visit.actor, visit.chart, self._view.id)
        done, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            await _again(visit, self._view.id, self._box)


def _note_html(view: FormView) -> Safe:
    said = "The practice sent this back" if view.status == "returned" else "From the practice"
    return join(fragment("span", "", fragment("b", "", said), plain_html(view.note)))


class SentNow:
    """What a person sees right after sending."""

    def __init__(self, visit: Visit, view: FormView, box: Tag, sent: Sent) -> None:
        """Draw it."""
        back_link("Documents", f"/portal/{visit.chart}/documents")
        heading = h1(f"Sent to {sent.to}")
        Tag("p", "lw-lead", f"{view.title} is with the practice.")
        help_now = CrisisPanel(view.crisis_line, view.emergency_number)
        with Tag("div", "lw-actions lw-formend"):
            link_button("Back to your documents", f"/portal/{visit.chart}/documents")
            Button(
                "See what you sent",
                lambda: _again(visit, view.id, box),
                kind="sec",
                repeatable=True,
            )
        help_now.appear(on=sent.flagged)
        visit.say(f"Sent to {sent.to}")
        focus(heading)


class SentForm:
    """A form as it was sent: it stays as it is, and a correction makes a new version."""

    def __init__(self, visit: Visit, view: FormView, box: Tag) -> None:
        """Draw it."""
        self._visit, self._view, self._box = visit, view, box
        newest = view.versions[0] if view.versions else None
        _head(visit, view, _sent_words(visit, view, newest))
        help_now = CrisisPanel(view.crisis_line, view.emergency_number)
        if newest is not None:
            _version(newest)
        with Tag("div", "lw-actions lw-formend"):
            if view.versions:
                ask = confirm(
                    "Add a correction?",
                    "What you sent stays as it is. Your correction becomes a new version beside it.",
                    yes="Add correction",
                    no="Keep as it is",
                    on_yes=self._correct,
                )
                Button(
                    "Add a correction",
                    kind="sec",
                    icon="pen-line",
                    repeatable=True,
                    data_lw_open=ask.opener,
                )
        for older in view.versions[1:]:
            with headed(f"Version {older.version}", "lw-next"):
                Tag("p", "lw-soft", _when(visit, older))
                _version(older)
        if view.trend is not None:
            with headed("Over time", "lw-next"):
                Tag("div", "", html=trends_html([view.trend], visit.wall.zone))
        help_now.appear(on=view.flagged)

    async def _correct(self) -> None:
        visit = self._visit
        work = CORRECT(visit.actor, visit.chart, self._view.id)
        done, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            await _again(visit, self._view.id, self._box)


def _version(version: SentVersion) -> None:
    if version.score is not None:
        with Tag("p", "lw-score"):
            Tag("b", "", f"Score: {version.score.words}")
    Tag("div", "lw-panel lw-pad", html=answers_html(version.lines))


def _sent_words(visit: Visit, view: FormView, newest: SentVersion | None) -> str:
    if newest is None:
        return f"{kind_words(view.kind)}. Not sent, and not asked for any more."
    return f"{kind_words(view.kind)}. {_when(visit, newest)}"


def _when(visit: Visit, version: SentVersion) -> str:
    by = f" by {version.by}" if version.by else ""
    return f"Sent {visit.wall.full(version.sent_at)}{by}."
