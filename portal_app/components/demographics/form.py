"""The form of who a patient is: fields over schemas, what waits beside them, and what is unsaved."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import binding
from sqlmodel import SQLModel

from portal_app.components.button import Button
from portal_app.components.demographics.cards import CardPhoto
from portal_app.components.demographics.changes import waits_html
from portal_app.components.field import Field
from portal_app.components.form import schema_field
from portal_app.components.note import note, note_html
from portal_app.components.tag import Handler, Tag
from portal_app.components.text import h2
from portal_app.data.schemas.demographics import (
    PRONOUNS,
    ChangeView,
    ContactInput,
    CoverageInput,
    DemographicsView,
    PersonInput,
)
from portal_app.rules import demographics as rule
from portal_app.rules.when import Wall

Typed = dict[str, tuple[str, str]]
ABOUT = (
    ("given", 2),
    ("family", 2),
    ("preferred", 2),
    ("birth_date", 2),
    ("pronouns", 2),
    ("phone", 2),
    ("gender", 2),
    ("language", 2),
    ("phone_home", 2),
)
SPANS = {1: "lw-sp1", 2: "lw-sp2", 3: "lw-sp3", 4: "lw-sp4", 6: "lw-sp6"}
HOME = (("street", 4), ("unit", 2), ("city", 2), ("state", 2), ("postal_code", 2))
CONTACT = (("name", 2), ("relationship", 2), ("phone", 2))
COVERAGE = (
    ("payer", 3),
    ("member_id", 3),
    ("group_number", 2),
    ("holder", 2),
    ("holder_relation", 2),
)


@binding.bindable_dataclass
class PersonDraft:
    """What is typed about the person."""

    given: str = ""
    family: str = ""
    preferred: str = ""
    birth_date: str = ""
    pronouns: str = ""
    gender: str = ""
    phone: str = ""
    phone_home: str = ""
    language: str = ""
    street: str = ""
    unit: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


@binding.bindable_dataclass
class ContactDraft:
    """What is typed about somebody to call."""

    name: str = ""
    relationship: str = ""
    phone: str = ""


@binding.bindable_dataclass
class CoverageDraft:
    """What is typed about an insurance."""

    payer: str = ""
    member_id: str = ""
    group_number: str = ""
    holder: str = ""
    holder_relation: str = ""


@dataclass(frozen=True)
class Words:
    """What the form says of itself; it differs between the patient and the practice."""

    about: str
    home: str
    contact: str
    insurance: str


PATIENT = Words(
    "This helps us greet you the right way and bill the right person. We look at a change of a "
    "legal name or of the date of birth before it counts.",
    "We mail statements here only if you ask us to.",
    "We call this person only if we are worried about your safety.",
    "We use this to make superbills you can send to your plan. We look at each change before it "
    "counts.",
)
PRACTICE = Words(
    "What you change here counts at once.",
    "Where mail reaches the patient.",
    "Whom to call in an emergency, the first one first.",
    "What superbills are made with.",
)


@dataclass(frozen=True)
class Calls:
    """What the form asks of its page."""

    check_phone: Callable[[str], str]
    typed: Callable[[], object]
    save: Callable[[], Awaitable[None]]
    discard: Callable[[], Awaitable[None]]
    photo: Callable[[], Awaitable[None]]
    take_back: Callable[[str], Awaitable[None]] | None = None


class DemographicsForm:
    """Every field of a person, with one pair of buttons.

    What stands in a field belongs to whoever types: news from elsewhere goes only into fields that
    hold what was read before.
    """

    def __init__(
        self, view: DemographicsView, words: Words, wall: Wall, upload: str, calls: Calls
    ) -> None:
        """Draw it.

        Args:
            view: what is known, and what was typed before.
            words: what the parts say of themselves.
            wall: the practice's clock.
            upload: address below which photos are posted: coverage and side follow.
            calls: what happens.
        """
        self._view, self._wall, self._upload, self._calls = view, wall, upload, calls
        self._patients = calls.take_back is not None
        self.fields: dict[str, Field] = {}
        self._base: dict[str, str] = {}
        self._waits: dict[str, Tag] = {}
        self._cards: dict[tuple[int, str], CardPhoto] = {}
        self._places = {"contact": 0, "coverage": 0}
        with Tag("div", "lw-demo"):
            with _part("About you" if self._patients else "Personal details", words.about):
                self._person(ABOUT)
            with _part("Home address", words.home):
                self._person(HOME)
            with _part("Emergency contact", words.contact) as box:
                self._contact_box = box
            with box, Tag("div", "lw-sp6"):
                self._another = Button(
                    "Add another person", self._add_contact, kind="txt", icon="plus"
                )
            with _part("Insurance", words.insurance) as box:
                self._coverage_box = box
            with box, Tag("div", "lw-sp6"):
                self._second = Button(
                    "Add a second insurance", self._add_coverage, kind="txt", icon="plus"
                )
            self._error = note("", "danger", alert=True).show(on=False)
            with Tag("div", "lw-actions lw-sticky-act lw-demo-act"):
                self._state = Tag("span", "lw-muted lw-s14 lw-only-d", role="status")
                Button("Discard", calls.discard, kind="sec")
                self.save_button = Button("Save changes", calls.save)
        self._grow(view)
        self._show(view)

    # ------------------------------------------------------------ drawing
    def _person(self, names: Sequence[tuple[str, int]]) -> None:
        draft = PersonDraft()
        for name, width in names:
            self._field(PersonInput, draft, name, name, width)

    def _field(
        self, schema: type[SQLModel], draft: object, name: str, key: str, width: int
    ) -> None:
        base, value = self._view.typed.get(key, (self._view.facts.get(key, ""),) * 2)
        setattr(draft, name, value)
        self._base[key] = base
        attributes: dict[str, Any] = {}
        if rule.kind(key) in rule.PHONES:
            attributes["check"] = lambda text: self._calls.check_phone(text) if text.strip() else ""
        if name == "state":
            attributes["options"] = _with(self._view.states, value, base)
        if name == "pronouns":
            attributes["options"] = _with(PRONOUNS, value, base)
        self.fields[key] = schema_field(
            schema, draft, name, on_input=self._typed, cls=SPANS[width], **attributes
        )

    def _grow(self, view: DemographicsView) -> None:
        """Draw the lists as long as what is known, and one place where nothing is."""
        keys = [*view.facts, *view.typed, *(c.field for c in view.waiting)]
        while self._places["contact"] < max(1, rule.numbered(keys, "contact")):
            self._add_contact()
        places = [rule.numbered(keys, "coverage"), *(c.coverage for c in view.cards)]
        while self._places["coverage"] < max(1, *places):
            self._add_coverage()

    def _add_contact(self) -> None:
        place = self._places["contact"] = self._places["contact"] + 1
        draft = ContactDraft()
        with self._contact_box, _group(f"Emergency contact {place}", place):
            for name, width in CONTACT:
                self._field(ContactInput, draft, name, f"contact.{place}.{name}", width)
        self._another.show(on=place < rule.CONTACTS_MOST)
        self._last(self._contact_box)

    def _add_coverage(self) -> None:
        place = self._places["coverage"] = self._places["coverage"] + 1
        draft = CoverageDraft()
        with self._coverage_box, _group("Second insurance", place):
            for name, width in COVERAGE:
                self._field(CoverageInput, draft, name, f"coverage.{place}.{name}", width)
            for side in rule.SIDES:
                self._cards[place, side] = CardPhoto(
                    side, f"{self._upload}/{place}/{side}", self._calls.photo, second=place > 1
                )
        self._second.show(on=place < rule.COVERAGES_MOST)
        self._last(self._coverage_box)

    def _last(self, box: Tag) -> None:
        """Keep the button that adds one behind the places."""
        button = next(c for c in box.default_slot.children if "lw-sp6" in c.classes)
        button.move(box)

    # ------------------------------------------------------------ what is unsaved
    def changed(self) -> Typed:
        """Give what differs: by field, what stood there before, and what is typed."""
        return {
            key: (self._base[key], field.value)
            for key, field in self.fields.items()
            if field.value != self._base[key]
        }

    def valid(self) -> bool:
        """Check what differs; the first field with an error gets the cursor."""
        self.refuse("")
        wrong = [f for k in self.changed() if not (f := self.fields[k]).validate()]
        if wrong:
            wrong[0].focus()
        return not wrong

    def _typed(self, _: str) -> None:
        self._count()
        self._calls.typed()

    def _count(self, after: str = "") -> None:
        number = len(self.changed())
        words = "" if not number else f"{number} change{'s' if number > 1 else ''} not saved yet"
        self._state.set_text(f"{words}{after}" if words else "")

    def kept(self) -> None:
        """Say that what is typed is kept for later."""
        self._count(". We keep it here for you.")

    def refuse(self, text: str, key: str = "") -> None:
        """Say why it was not saved, next to the field where there is one; empty words end it."""
        if text and (field := self.fields.get(key)):
            field.set_error(text)
            field.focus()
            return
        self._error.set_html(note_html(text, "danger")).show(on=bool(text))

    # ------------------------------------------------------------ news
    def show(self, view: DemographicsView, *, rebase: bool = False) -> None:
        """Show what is known now, and leave alone what somebody is typing.

        Args:
            view: as it was read just now.
            rebase: let what is typed stand against the newest values: the person has seen them.
        """
        self._view = view
        self._grow(view)
        for key, field in self.fields.items():
            new, old = view.facts.get(key, ""), self._base[key]
            if field.value in (old, new):
                self._base[key] = new
                self._put(field, new)
            elif rebase:
                self._base[key] = new
        self._show(view)

    def reset(self, view: DemographicsView) -> None:
        """Show what is known now in every field."""
        self._view = view
        self._grow(view)
        for key, field in self.fields.items():
            self._base[key] = view.facts.get(key, "")
            self._put(field, self._base[key])
            field.set_error("")
        self.refuse("")
        self._show(view)

    def _put(self, field: Field, value: str) -> None:
        if field.value != value:
            field.set_value(value, only_if=field.value)

    def _show(self, view: DemographicsView) -> None:
        self._count()
        photos = {(c.coverage, c.side): c for c in view.cards}
        for where, card in self._cards.items():
            card.show_photo(photos.get(where), self._wall)
        waits = {c.field: c for c in (*view.declined, *view.waiting)} if self._patients else {}
        for key in self._waits.keys() - waits.keys():
            self._waits.pop(key).delete()
        for key, change in waits.items():
            self._wait(key, change)

    def _wait(self, key: str, change: ChangeView) -> None:
        if key in self._waits:
            self._waits.pop(key).delete()
        if key not in self.fields:
            return
        with self.fields[key], Tag("div", "lw-wait") as box:
            Tag("p", html=waits_html(change, self._view.practice))
            if change.state == rule.State.PENDING:
                Button(
                    "Take back",
                    self._taking_back(change.id),
                    kind="txt",
                    aria_label=f"Take back: {change.label}",
                )
        self._waits[key] = box

    def _taking_back(self, change: str) -> Handler:
        async def take_back() -> None:
            if self._calls.take_back:
                await self._calls.take_back(change)

        return take_back


def _with(options: Sequence[tuple[str, str]], *values: str) -> tuple[tuple[str, str], ...]:
    """Add to a list what stands there and is not in it."""
    known = {key for key, _ in options}
    return (*options, *((v, v) for v in dict.fromkeys(values) if v and v not in known))


def _part(title: str, text: str) -> Tag:
    """Draw a part of the form; returns the grid of its fields."""
    box = Tag("section", "lw-set")
    with box:
        with Tag("div"):
            heading = h2(title)
            Tag("p", "", text)
        grid = Tag("div", "lw-grid6")
    box.set(aria_labelledby=heading.html_id)
    return grid


def _group(title: str, place: int) -> Tag:
    """Draw the box of one place in a list; later ones carry their own title."""
    box = Tag("div", "lw-sp6 lw-grid6 lw-place", role="group", aria_label=title)
    if place > 1:
        with box:
            Tag("p", "lw-lab lw-sp6", title)
    return box
