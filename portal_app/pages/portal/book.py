"""Booking a visit, or moving one: visit type, time, confirm, and what has come of it."""

from datetime import date, datetime

from nicegui import events

from portal_app import live
from portal_app.components.browser import call, focus, set_address
from portal_app.components.button import Button, IconButton, link_button
from portal_app.components.field import check_field
from portal_app.components.note import note, note_html
from portal_app.components.panel import back_link, page_body
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.schedule.picker import (
    NearestTimes,
    Steps,
    WeekTimes,
    facts_html,
    kinds_html,
    week_words,
)
from portal_app.components.schedule.summary import BookingPanel
from portal_app.components.schedule.words import (
    own_clock,
    phone_link,
    wall,
)
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.components.text import h1, h2
from portal_app.data.schemas.schedule import Booked, BookInput, BookView, Held, TypeOption, WeekView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.schedule import UNDO, calendar_address
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.schedule import decisions, picker
from portal_app.services.schedule.clinician_time import TakenError
from portal_app.services.worker import run

P = Permission
BOOK = action(decisions.book, needs=P.SCHEDULE_BOOK)
HOLD = action(decisions.hold, needs=P.SCHEDULE_BOOK)
TYPE, TIME, CONFIRM = range(3)
"""The steps."""
READ_KIND = "() => emit(document.querySelector('#app input[name=kind]:checked')?.value || '')"


@section(
    "portal",
    "/{chart}/schedule/book",
    needs=P.SCHEDULE_BOOK,
    title="Book an appointment",
    nav="schedule",
    load=picker.picker,
    query=("kind", "mode", "week"),
)
def book_page(visit: Visit, view: BookView) -> None:
    """Book a new visit."""
    _page(visit, view, f"/portal/{visit.chart}/schedule/book")


@section(
    "portal",
    "/{chart}/schedule/{visit_id}/move",
    needs=P.SCHEDULE_CHANGE,
    title="Reschedule",
    nav="schedule",
    load=picker.mover,
    query=("week",),
)
def move_page(visit: Visit, view: BookView) -> None:
    """Move a visit to another time."""
    moving = view.moving.id if view.moving else ""
    _page(visit, view, f"/portal/{visit.chart}/schedule/{moving}/move")


def _page(visit: Visit, view: BookView, base: str) -> None:
    with page_body("lw-has-sticky"):
        back_link("Schedule", f"/portal/{visit.chart}/schedule")
        if view.why_not:
            h1("Book an appointment" if view.moving is None else "Reschedule")
            box = empty("This can’t be done online.", view.why_not, "calendar-x")
            if view.phone:
                with box:
                    Tag("p", "", html=join("Call ", phone_link(view.phone)))
        elif view.chosen is None or view.week is None:
            ChooseKind(visit, view, base)
        else:
            Booking(visit, view, view.chosen, view.week, base)


class ChooseKind:
    """The first step of somebody who has not been here before."""

    def __init__(self, visit: Visit, view: BookView, base: str) -> None:
        """Draw it; the first type is chosen."""
        self._visit, self._view, self._base = visit, view, base
        h1("Choose a visit type")
        Steps(TYPE)
        with Tag("fieldset", "lw-kinds"):
            Tag("legend", "", f"Visits with {view.clinician}")
            Tag("div", "lw-panel lw-pick", html=kinds_html(view.types, view.types[0].id))
        with Tag("div", "lw-actions lw-sticky-act"):
            button = Button("Continue", repeatable=True)
        button.on("click", self._chosen, js_handler=READ_KIND)

    def _chosen(self, event: events.GenericEventArguments) -> None:
        known = {kind.id for kind in self._view.types}
        # the copy of the page that is shown first may have been pressed before a radio was there
        kind = event.args if event.args in known else self._view.types[0].id
        self._visit.go(f"{self._base}?kind={kind}")


class Booking:
    """The picker, the panel beside it, the confirmation, and the end."""

    def __init__(
        self, visit: Visit, view: BookView, kind: TypeOption, week: WeekView, base: str
    ) -> None:
        """Draw the second step."""
        self._visit, self._chart, self._view, self._base = visit, visit.chart, view, base
        self._kind, self._week, self._mode = kind, week, view.mode
        self._chosen: datetime | None = None
        self._held: Held | None = None
        self._holding = self._busy = False
        self._at = wall(view.zone, visit.wall.now)
        self._title = h1("Choose a time")
        self._steps = Steps(TIME)
        with Tag("div", "lw-cols") as self._cols:
            with Tag("div"):
                self._error = note("", "danger", alert=True).show(on=False)
                self._times()
                self._check()
            self._panel = BookingPanel(view, kind, self._mode, base, self._forward)
        self._done = Tag("div", "lw-booked1").show(on=False)
        self._show_week()
        self._show_panel()
        live.subscribe(view.topic, self._refresh)

    # ------------------------------------------------------------ what is drawn
    def _times(self) -> None:
        view = self._view
        with Tag("section") as self._picking:
            self._nearest = NearestTimes(self._choose)
            with Tag("div", "lw-weekbar"):
                self._earlier = IconButton(
                    "chevron-left", "Earlier week", lambda: self._turn(self._week.earlier)
                )
                self._span = h2("", aria_live="polite", tabindex="-1")
                self._later = IconButton(
                    "chevron-right", "Later week", lambda: self._turn(self._week.later)
                )
            self._list = WeekTimes(f"Open times with {view.clinician}", self._choose)
            self._none = note("", "plain").show(on=False)
            write = f"/portal/{self._chart}/messages/new"
            ask = fragment("a", "", "Message the office", href=write)
            words = join(f"Times are {view.zone_words}. Don’t see one that works? ", ask, ".")
            Tag("p", "lw-muted lw-s14 lw-sched-sec", html=words)
        self._picking.set(aria_labelledby=self._span.html_id)

    def _check(self) -> None:
        policy = self._view.policy
        self._agreeing = Tag("section", aria_label="Policy").show(on=False)
        if not self._view.acknowledges:
            return
        with self._agreeing:
            h2("Cancellation policy")
            if policy.text:
                Tag("p", "lw-secline", policy.text)
            self._means = Tag("p", "lw-secline")
            with Tag("div", "lw-secline"):
                self._understood = check_field("I understand", on_change=lambda _: self._clear())
            with Tag("p", "lw-secline"):
                Button("Back to the times", self._back, kind="txt", icon="chevron-left")

    def _show_week(self, *, in_place: bool = False) -> None:
        draw = self._list.refresh if in_place else self._list.fill
        draw(self._week, self._chosen)
        self._span.set_text(week_words(self._week))
        for button, there in ((self._earlier, self._week.earlier), (self._later, self._week.later)):
            button.set_enabled(on=there is not None)
        self._none.set_html(note_html("There are no open times in this week.", "plain"))
        self._none.show(on=not self._week.times)

    def _show_panel(self) -> None:
        self._panel.show_time(self._chosen, self._held)

    # ------------------------------------------------------------ weeks
    async def _read(self, week: date) -> BookView | None:
        visit, view = self._visit, self._view
        if view.moving:
            work = run(picker.mover, visit.actor, self._chart, view.moving.id, week.isoformat())
        else:
            work = run(
                picker.picker, visit.actor, self._chart, self._kind.id, self._mode, week.isoformat()
            )
        done, new = await visit.attempt(work, self._refuse)
        return new if done else None

    async def _turn(self, week: date | None) -> None:
        if week is None or (new := await self._read(week)) is None or new.week is None:
            return
        self._week = new.week
        self._show_week()
        if None in {self._week.earlier, self._week.later}:
            focus(self._span)  # the button that was pressed may have nowhere left to lead
        kind = "" if self._view.moving else f"kind={self._kind.id}&mode={self._mode}&"
        set_address(self._cols, f"{self._base}?{kind}week={self._week.first.isoformat()}")

    async def _refresh(self) -> None:
        """Hear that something of the clinician's time has changed."""
        if self._busy or self._done.visible:
            return
        shown = self._week.first
        new = await self._read(shown)
        if new is None or new.week is None or self._done.visible or self._week.first != shown:
            return
        self._week = new.week
        self._show_week(in_place=True)

    # ------------------------------------------------------------ a time
    async def _choose(self, value: str) -> None:
        """Take a time that was pressed, and keep it; of quick changes only the last is kept."""
        try:
            chosen = datetime.fromisoformat(value)
        except ValueError:
            return
        if chosen.tzinfo is None:
            return
        self._chosen = chosen
        self._clear()
        self._show_panel()
        if self._holding:
            return
        self._holding = True
        try:
            while self._chosen and (self._held is None or self._held.starts_at != self._chosen):
                wanted = self._chosen
                work = HOLD(self._visit.actor, self._chart, self._command(wanted))
                done, held = await self._visit.attempt(work, self._refuse)
                if done:
                    self._held = held
                elif self._chosen == wanted:
                    return
        finally:
            self._holding = False
        self._show_panel()

    def _command(self, starts_at: datetime, *, acknowledged: bool = False) -> BookInput:
        return BookInput(
            visit_type=self._kind.id,
            mode=self._mode,
            starts_at=starts_at,
            acknowledged=acknowledged,
            client_key=self._view.client_key,
            moving=self._view.moving.id if self._view.moving else "",
        )

    def _clear(self) -> None:
        self._error.show(on=False)

    def _refuse(self, error: PortalError) -> None:
        if isinstance(error, TakenError) and error.nearest:
            self._taken(error)
            return
        self._error.set_html(note_html(error.message, "danger"))
        self._error.show(on=True)

    def _taken(self, error: TakenError) -> None:
        self._chosen = self._held = None
        self._back()
        call(self._cols, "uncheck", self._cols.html_id)
        self._nearest.offer([(t, self._at.day_and_clock(t)) for t in error.nearest])
        self._show_panel()

    # ------------------------------------------------------------ confirming
    async def _forward(self) -> None:
        if self._chosen is None:
            self._error.set_html(note_html("Choose a time first.", "danger"))
            self._error.show(on=True)
        elif self._view.acknowledges and not self._agreeing.visible:
            self._to_check()
        elif self._view.acknowledges and not self._understood.value:
            self._error.set_html(note_html("Tick that you understand the policy.", "danger"))
            self._error.show(on=True)
            focus(self._understood)
        else:
            await self._book()

    def _to_check(self) -> None:
        self._clear()
        self._means.set_text(self._panel.policy_now)
        self._picking.show(on=False)
        self._agreeing.show(on=True)
        self._steps.set_current(CONFIRM)
        self._title.set_text("Check and confirm")
        self._panel.set_last(last=True)
        focus(self._title)

    def _back(self) -> None:
        self._picking.show(on=True)
        self._agreeing.show(on=False)
        self._steps.set_current(TIME)
        self._title.set_text("Choose a time")
        self._panel.set_last(last=not self._view.acknowledges)

    async def _book(self) -> None:
        if self._busy or self._chosen is None:
            return
        self._busy = True
        self._clear()
        try:
            with self._panel.go.busy("Booking"):
                understood = self._view.acknowledges and self._understood.value
                command = self._command(self._chosen, acknowledged=understood)
                url = self._visit.house.public_url
                work = BOOK(self._visit.actor, self._chart, command, url)
                done, booked = await self._visit.attempt(work, self._refuse)
        finally:
            self._busy = False
        if done:
            self._end(booked)
        else:
            await self._refresh()

    # ------------------------------------------------------------ the end
    def _end(self, booked: Booked) -> None:
        view, at = self._view, self._at
        waits = booked.status == "requested"
        self._title.set_text("Request sent" if waits else "You are booked")
        self._steps.set_current(CONFIRM + 1)
        self._cols.show(on=False)
        self._done.show(on=True)
        with self._done:
            facts: list[tuple[str, str | Safe]] = [
                ("Visit", f"{self._kind.name}, {self._kind.minutes} minutes"),
                ("With", view.clinician),
                ("Where", self._panel.where),
                (
                    "When",
                    join(
                        at.day_and_clock(booked.starts_at),
                        " ",
                        own_clock(booked.starts_at, view.zone),
                    ),
                ),
            ]
            with Tag("div", "lw-panel lw-pad lw-sum"):
                Tag("dl", html=facts_html(facts))
            if waits:
                Tag(
                    "p", "lw-secline", f"{booked.waits_for} answers your request. We tell you then."
                )
            elif self._kind:
                Tag("p", "lw-secline lw-soft", self._panel.policy_now)
            with Tag("div", "lw-actions"):
                link_button("Back to Schedule", f"/portal/{self._chart}/schedule")
                if not waits:
                    link_button(
                        "Add to my calendar",
                        calendar_address(self._chart, booked.id),
                        kind="sec",
                        icon="calendar-plus",
                        download=True,
                    )
                if booked.undo_until:
                    Button("Undo", lambda: self._undo(booked.id), kind="txt", icon="undo-2")
            if booked.undo_until:
                until = at.clock(booked.undo_until)
                Tag("p", "lw-muted lw-s14 lw-secline", f"You can undo this until {until}.")
            self._late = note("", "danger", alert=True).show(on=False)
        focus(self._title)

    async def _undo(self, visit_id: str) -> None:
        work = UNDO(self._visit.actor, self._chart, visit_id)
        done, _ = await self._visit.attempt(work, self._too_late)
        if done:
            self._visit.say("Taken back")
            self._visit.go(f"/portal/{self._chart}/schedule")

    def _too_late(self, error: PortalError) -> None:
        self._late.set_html(note_html(error.message, "danger"))
        self._late.show(on=True)
