"""A patient's codes and superbills: what each visit was for, and what an insurance company misses."""

from collections.abc import Awaitable, Callable

from portal_app import live
from portal_app.components.badge import chip_html
from portal_app.components.billing import words
from portal_app.components.billing.history import superbill_row
from portal_app.components.button import Button, IconButton
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.panel import back_link
from portal_app.components.panel import section as heading
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import h1, link
from portal_app.data.codes import Diagnosis, places_of_service
from portal_app.data.schemas.superbills import (
    ChargeCodes,
    CodesDesk,
    SuperbillRow,
    VisitCodesInput,
)
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action, section
from portal_app.rules.billing.codes import DIAGNOSES_MOST
from portal_app.rules.errors import PortalError
from portal_app.services.billing import superbills, visit_codes
from portal_app.services.billing.books import topic
from portal_app.services.worker import run

NEEDS = visit_codes.NEEDS
LIST = action(visit_codes.desk, needs=NEEDS)
SEARCH = action(visit_codes.search, needs=NEEDS)
BEFORE = action(visit_codes.last_diagnoses, needs=NEEDS)
GIVE = action(visit_codes.give, needs=NEEDS)
VOID = action(superbills.void, needs=NEEDS)


@section(
    "practice",
    "/patients/{chart}/superbills",
    needs=NEEDS,
    title="Codes and superbills",
    nav="patients",
    load=visit_codes.desk,
)
def superbills_page(visit: Visit, view: CodesDesk) -> None:
    """Show the completed visits with their codes, and the superbills."""
    SuperbillsPage(visit, view)


class SuperbillsPage:
    """The open page; it follows what is billed and made."""

    def __init__(self, visit: Visit, view: CodesDesk) -> None:
        """Draw it."""
        self._visit, self._chart, self._page = visit, visit.chart, view.page
        with Tag("div", "lw-page"):
            back_link(view.patient, f"/practice/patients/{view.chart}?tab=billing")
            with Tag("div", "lw-page-h"), Tag("div"):
                h1("Codes and superbills")
                Tag("p", "lw-lead", "What each visit was for, as an insurance company reads it.")
            self._error = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            self._missing = Tag("div", "lw-note lw-warn").show(on=False)
            with heading("Completed visits"):
                self._visits = Tag("ul", "lw-panel")
                self._none = Tag("p", "lw-soft", "No completed visits yet.")
                with Tag("div", "lw-wrap lw-inv-pages"):
                    self._newer = Button(
                        "Newer", lambda: self._turn(-1), kind="sec", repeatable=True
                    )
                    self._older = Button(
                        "Older", lambda: self._turn(1), kind="sec", repeatable=True
                    )
            with heading("Superbills", "lw-hist-bills") as self._made:
                self._bills = Tag("ul", "lw-panel")
            self._dialogs = Tag("div")
        self._draw(view)
        live.subscribe(topic(self._chart), self.refresh)

    def _draw(self, view: CodesDesk) -> None:
        self._page = view.page
        lacks = "Superbills of this patient still need: " + ", ".join(view.missing) + "."
        self._missing.set_html(note_html(lacks, "warn")).show(on=bool(view.missing))
        self._visits.clear()
        self._visits.show(on=bool(view.visits))
        self._none.show(on=not view.visits)
        with self._visits:
            for row in view.visits:
                self._visit_row(row)
        self._newer.show(on=view.page > 0)
        self._older.show(on=view.has_more)
        self._made.show(on=bool(view.superbills))
        self._bills.clear()
        with self._bills:
            for bill in view.superbills:
                href = f"/pdf/superbills/{self._chart}/{bill.id}"
                ended = bill.state == superbills.ENDED
                more = None if ended else lambda b=bill: self._void_button(b)
                superbill_row(bill, self._visit.wall, href, more)

    def _visit_row(self, row: ChargeCodes) -> None:
        day = words.short_day(row.day, self._visit.wall)
        told = [f"{code} {description}" for code, description in row.diagnoses]
        facts = [row.code or row.invoiced_code, row.modifiers and f"mod. {row.modifiers}"]
        facts += [f"place {row.place}" if row.place else "", row.charge]
        with Tag("li", "lw-row"):
            chips = [chip_html(words_, "warn") for words_ in row.lacks]
            head = join(fragment("span", "lw-b", f"{day}. {row.title}"), *chips)
            body = join(
                fragment("p", "lw-wrap lw-hist-bill", head),
                *(fragment("p", "lw-m", line) for line in told),
                fragment("p", "lw-m", ", ".join(fact for fact in facts if fact)),
            )
            Tag("div", "lw-grow", html=body)
            Button(
                "Codes",
                lambda: self._open(row),
                kind="sec",
                repeatable=True,
                aria_label=f"Codes of the visit on {day}",
            )

    def _void_button(self, bill: SuperbillRow) -> None:
        Button(
            "Make void",
            lambda: self._ask_void(bill),
            kind="dangertxt",
            repeatable=True,
            aria_label=f"Make superbill {bill.number} void",
        )

    async def _open(self, row: ChargeCodes) -> None:
        start = row.diagnoses
        if not start:
            work = BEFORE(self._visit.actor, self._chart, row.visit)
            done, found = await self._visit.attempt(work, self._refuse)
            start = found if done else ()
        with self._dialogs:
            CodesDialog(self._visit, row, start, self.refresh).open()

    def _ask_void(self, bill: SuperbillRow) -> None:
        with self._dialogs:
            box = Dialog(f"Make superbill {bill.number} void", keep=True)
        with box.body:
            Tag("p", "lw-soft", "It stays in the list, marked as one not to be sent.")
            reason = Field("Reason", kind="textarea", rows=2, most=400)
        with box.foot:
            button = Button("Make void", kind="danger")

        async def save() -> None:
            work = VOID(self._visit.actor, self._chart, bill.id, reason.value)
            done, _ = await self._visit.attempt(work, lambda e: reason.set_error(e.message))
            if done:
                box.close()
                self._visit.say(f"Superbill {bill.number} is void")
                await self.refresh()

        button.on_click(save)
        box.open()

    async def _turn(self, by: int) -> None:
        work = LIST(self._visit.actor, self._chart, self._page + by)
        done, found = await self._visit.attempt(work, self._refuse)
        if done and not self._visits.is_deleted:
            self._draw(found)

    def _refuse(self, error: PortalError) -> None:
        self._error.set_html(note_html(error.message, "danger")).show(on=True)

    async def refresh(self) -> None:
        """Read it again; the page stays."""
        found = await run(visit_codes.desk, self._visit.actor, self._chart, self._page)
        if not self._visits.is_deleted:
            self._draw(found)


class CodesDialog(Dialog):
    """What one visit was for."""

    def __init__(
        self,
        visit: Visit,
        row: ChargeCodes,
        start: tuple[tuple[str, str], ...],
        done: Callable[[], Awaitable[None]],
    ) -> None:
        """Create it closed, with the diagnoses to begin with."""
        super().__init__("Codes of the visit", wide=True, keep=True)
        self._visit, self._row, self._done = visit, row, done
        self._chosen = dict(start)
        with self.body:
            day = f"{row.day:%B} {row.day.day}, {row.day.year}"
            Tag("p", "lw-soft", f"{row.title}, {day}")
            if start and not row.diagnoses:
                Tag("p", "lw-soft", "The diagnoses of the visit before are filled in. Check them.")
            with heading("Diagnoses"):
                self._list = Tag("ul", "lw-panel")
                self._search = Field(
                    "Find a diagnosis",
                    help_text="By its code or by words, such as F41.1 or anxiety.",
                    on_input=self._look,
                    autocomplete="off",
                )
                self._hits = Tag("ul", "lw-panel lw-codes-hits").show(on=False)
            fields = {
                "place": Field(
                    "Place of service",
                    row.place,
                    kind="select",
                    options=[(k, f"{k} {name}") for k, name in places_of_service().items()],
                ),
                "code": Field(
                    "Procedure code",
                    row.code,
                    optional=True,
                    help_text=f"The invoice says {row.invoiced_code}. Fill it in only to differ."
                    if row.invoiced_code
                    else "Five characters, as your practice uses it.",
                ),
                "modifiers": Field(
                    "Modifiers",
                    row.modifiers,
                    optional=True,
                    help_text="Up to four, such as 95 25.",
                ),
            }
            self._form = Form(VisitCodesInput, fields)
        with self.foot:
            self._save = Button("Save", self._keep)
        self._show()

    def _show(self) -> None:
        self._list.clear()
        self._list.show(on=bool(self._chosen))
        with self._list:
            for place, (code, text) in enumerate(self._chosen.items()):
                with Tag("li", "lw-row"):
                    first = f"{'ABCDEFGHIJKL'[place]}. {code}"
                    html = join(fragment("b", "", first), " ", fragment("span", "", text))
                    Tag("p", "lw-grow", html=html)
                    IconButton("x", f"Remove {code}", lambda c=code: self._remove(c))

    def _remove(self, code: str) -> None:
        self._chosen.pop(code, None)
        self._show()

    async def _look(self, query: str) -> None:
        work = SEARCH(self._visit.actor, self._visit.chart, query)
        done, found = await self._visit.attempt(work, lambda e: self._search.set_error(e.message))
        if not done or self.is_deleted or self._search.value != query:
            return
        self._hits.clear()
        self._hits.show(on=bool(found))
        with self._hits:
            for hit in found[:8]:
                with Tag("li", "lw-row"):
                    Button(
                        f"{hit.code} {hit.description}",
                        lambda h=hit: self._add(h),
                        kind="txt",
                        repeatable=True,
                    )

    def _add(self, hit: Diagnosis) -> None:
        if len(self._chosen) >= DIAGNOSES_MOST:
            self._search.set_error(f"At most {DIAGNOSES_MOST} diagnoses fit.")
            return
        self._chosen[hit.code] = hit.description
        self._search.set_value("")
        self._hits.clear()
        self._hits.show(on=False)
        self._show()
        self._search.focus()

    async def _keep(self) -> None:
        command = self._form.check(diagnoses=tuple(self._chosen))
        if command is None:
            return
        work = GIVE(self._visit.actor, self._visit.chart, self._row.visit, command)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self.close()
            self._visit.say("Saved")
            await self._done()

    def _refuse(self, error: PortalError) -> None:
        if not self._form.refuse(error.field, error.message):
            self._search.set_error(error.message)


def superbills_link(chart: str) -> None:
    """Draw the link from the patient's Billing tab to this page."""
    link("Codes and superbills", f"/practice/patients/{chart}/superbills")
