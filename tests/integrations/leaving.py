"""A record on its way out, with an entry of each kind and each trap."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from portal_app.integrations.outgoing import (
    Address,
    Attachment,
    Coverage,
    Item,
    Outgoing,
    Sender,
    Subject,
    Visit,
)
from portal_app.rules.records import Coding, Entry, Kind, Label, Measure

SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"
MADE = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
SUBJECT = Subject(
    "dana", ("Dana", "Lee"), "Whitfield", date(1985, 3, 14), "female", preferred="Dee",
    phone="555-0101", email="dana@test.example", language="es",
    address=Address(("1 Elm St",), "Ashby", "OR", "97099", "US"),
)  # fmt: skip
SENDER = Sender("Larkfield & Co", "Maya Osei, MD", "555-0100", npi="1234567893")
ENTRIES = (
    Entry(
        Kind.CONDITION, "Asthma", (Coding(SNOMED, "195967001", "Asthma"),), "active",
        starts="2021-03", lines=(("Severity", "Mild"),), text="Childhood asthma", author="Dr. A",
    ),
    Entry(Kind.CONDITION, "Pneumonia", status="resolved", starts="2020-01-02", ends="2020-02"),
    Entry(Kind.CONDITION, "Migraine", negated=True),
    Entry(Kind.ALLERGY, "Penicillin", status="active", lines=(("Reaction", "Hives, Rash"),)),
    Entry(Kind.ALLERGY, "No known allergies", negated=True),
    Entry(
        Kind.MEDICATION, "Sertraline 50 MG", (Coding("urn:oid:2.16.840.1.113883.6.88", "312940"),),
        "active", starts="2025-01-01", lines=(("Dose", "1 tablet"), ("For", "Low mood")),
    ),
    Entry(Kind.MEDICATION, "Lithium", status="completed", ends="2024", negated=False),
    Entry(
        Kind.LABORATORY, "Sodium", (Coding(LOINC, "2951-2", "Sodium"),), "final",
        starts="2026-01-02T08:30-08:00",
        measures=(Measure("Sodium", "141.10", "mmol/L", low="136", high="145", flag="N"),),
    ),
    Entry(
        Kind.LABORATORY, "Culture", status="final", starts="2014-02-11T13:54",
        measures=(Measure("Culture", "No growth", reference="No growth"),), lines=(("Note", "48 h"),),
    ),
    Entry(Kind.LABORATORY, "Troponin", measures=(Measure("Troponin", "0.01", "ng/mL", "<"),)),
    Entry(Kind.LABORATORY, "Pending", status="registered"),
    Entry(Kind.LABORATORY, "No results recorded", negated=True),
    Entry(
        Kind.VITAL, "Blood pressure", (Coding(LOINC, "85354-9"),), "final", starts="2026-02-03",
        measures=(
            Measure("Systolic", "120", "mm[Hg]", coding=Coding(LOINC, "8480-6")),
            Measure("Diastolic", "80", "mm[Hg]", coding=Coding(LOINC, "8462-4")),
        ),
    ),
    Entry(Kind.IMMUNIZATION, "Influenza", starts="2025-10", lines=(("Lot", "L-1"),)),
    Entry(Kind.IMMUNIZATION, "Tetanus", negated=True, lines=(("Why not", "Patient objection"),)),
    Entry(Kind.ENCOUNTER, "Office visit", status="finished", starts="2026-01-02", author="Dr. A"),
    Entry(Kind.PROCEDURE, "Chest X-ray", status="completed", starts="2024-05-06"),
    Entry(
        Kind.OTHER, "Social history", starts="2026-01-02",
        html="<p>Never <b>smoked</b> &amp; well</p><ul><li>One</li></ul>"
        "<table><thead><tr><th>A</th></tr></thead><tbody><tr><td colspan='2'>b</td></tr></tbody></table>",
    ),
    Entry(Kind.OTHER, "Advance directives", negated=True, html="<p>No directives recorded</p>"),
    Entry(Kind.DOCUMENT, "Letter", starts="2026-01-05", text="To whom it may concern"),
)  # fmt: skip


def record(*items: Item, **over: object) -> Outgoing:
    given = items or tuple(Item(f"e{n}", e) for n, e in enumerate(ENTRIES))
    whole: dict[str, object] = {"title": "Health record"} | over
    return Outgoing("export-1", SUBJECT, SENDER, MADE, given, **whole)  # type: ignore[arg-type]


def full(**over: object) -> Outgoing:
    """A record with what is no entry."""
    return record(
        attachments=(
            Attachment("f1", "scan.pdf", "application/pdf", 3, made_at=MADE, path="files/scan.pdf"),
            Attachment("f2", "note.txt", "text/plain", 5, title="Note", data=b"words"),
        ),
        coverages=(Coverage("c1", "Acme Health", "M-1", "G-1", "Gold", "Lee Whitfield", "spouse"),),
        visits=(Visit("v1", "booked", MADE, MADE + timedelta(hours=1), "Intake", "Maya Osei, MD"),),
        **over,
    )


def labelled(label: Label, entry: Entry = ENTRIES[0]) -> Outgoing:
    """A record with one entry of a label beside a plain one."""
    return record(Item("plain", ENTRIES[3]), Item("held", entry, label))


WORDS = st.text(max_size=40)
DATES = st.sampled_from(["", "2021", "2021-03", "2021-03-04", "2021-03-04T10:00Z", "2014-02-11T13:54", "x", "2020-01-01T00:00:00.5+05:30"])  # fmt: skip
CODINGS = st.builds(
    Coding,
    st.sampled_from([SNOMED, LOINC, "urn:oid:1.2.3", "http://test.example/x", "", "urn:oid:x"]),
    st.one_of(st.sampled_from(["1", "a b", "", "2951-2"]), WORDS),
    WORDS,
)
MEASURES = st.builds(
    Measure,
    name=WORDS,
    value=st.one_of(st.sampled_from(["1", "-0.50", "1e5", "+3", ".5", "007", "NaN", "1,5"]), WORDS),
    unit=st.sampled_from(["", "mg", "mg per day", "°C"]),
    comparator=st.sampled_from(["", "<", ">=", "~"]),
    low=st.sampled_from(["", "1", "x"]),
    high=st.sampled_from(["", "2.0"]),
    reference=WORDS,
    flag=st.sampled_from(["", "H", "odd"]),
    coding=st.one_of(st.none(), CODINGS),
)
ANY_ENTRY = st.builds(
    Entry,
    kind=st.sampled_from(list(Kind)),
    title=WORDS.filter(bool),
    codings=st.lists(CODINGS, max_size=3).map(tuple),
    status=st.sampled_from(["", "active", "completed", "resolved", "final", "odd", "intended"]),
    negated=st.booleans(),
    starts=DATES,
    ends=DATES,
    measures=st.lists(MEASURES, max_size=3).map(tuple),
    lines=st.lists(st.tuples(st.sampled_from(["Dose", "Note", "Lot", "With"]), WORDS), max_size=3).map(tuple),
    text=WORDS,
    html=st.sampled_from(["", "", "", "<p>a<br>b</p>", "plain", "<ul><li><p>x</p></li></ul>tail", "<div><table><tr><td>1</td></tr></table></div>"]),
    author=WORDS,
)  # fmt: skip
SUBJECTS = st.builds(
    Subject,
    id=st.just("any"),
    given=st.lists(WORDS, max_size=2).map(tuple),
    family=st.just("Whitfield"),
    birth_date=st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2026, 1, 1))),
    gender=st.sampled_from(["", "male", "unknown", "other"]),
    preferred=WORDS,
    phone=WORDS,
    email=WORDS,
    address=st.builds(Address, st.lists(WORDS, max_size=2).map(tuple), WORDS, WORDS, WORDS, WORDS),
    language=st.one_of(st.sampled_from(["es", "Spanish", "Mandarin Chinese", "zh-Hant"]), WORDS),
)
ITEMS = st.lists(st.tuples(ANY_ENTRY, st.sampled_from(list(Label))), max_size=6)
ANY_RECORD = st.builds(
    lambda subject, pairs: Outgoing(
        "any",
        subject,
        SENDER,
        MADE,
        tuple(Item(f"i{n}", entry, label) for n, (entry, label) in enumerate(pairs)),
    ),
    SUBJECTS,
    ITEMS,
)
