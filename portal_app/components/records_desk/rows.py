"""Entries and files of a record as rows."""

from datetime import date

from portal_app.components.badge import chip_html
from portal_app.components.safe import Safe, fragment, join
from portal_app.data.schemas.records import LABEL_WORDS, EntryRow, RecordPreview, SourceRow
from portal_app.rules.records import Label
from portal_app.rules.when import Wall

CLIPPED = 240


def entry_html(row: EntryRow, wall: Wall) -> Safe:
    """Return the words of one entry: what, how it is shown, when and from where."""
    about = " · ".join(p for p in (row.kind, said_date(row.happened), row.source) if p)
    parts = [
        fragment(
            "p",
            "lw-wrap",
            fragment("span", "lw-t", row.title),
            *(chip_html(words, tone) for words, tone in chips(row, wall)),
        ),
        fragment("p", "lw-m", about),
    ]
    if row.detail:
        parts.append(fragment("p", "lw-m lw-rec-words", row.detail[:CLIPPED]))
    if row.withdrawn_reason:
        parts.append(fragment("p", "lw-m", f"Withdrawn: {row.withdrawn_reason}"))
    if row.file:
        parts.append(fragment("a", "", "Open the file", href=f"/files/{row.file}"))
    return join(*parts)


def chips(row: EntryRow, wall: Wall) -> list[tuple[str, str]]:
    """List the states of an entry as (words, tone)."""
    found = [_state(row, wall)]
    if row.label is not Label.GENERAL and row.label is not Label.PSYCHOTHERAPY:
        found.append((LABEL_WORDS[row.label].split(" (")[0], "info"))
    if row.is_hidden:
        found.append(("Hidden from family", "info"))
    if row.is_negated:
        found.append(("Not present", ""))
    if row.is_amended:
        found.append(("Amended", ""))
    return found


def _state(row: EntryRow, wall: Wall) -> tuple[str, str]:
    match row.state:
        case "released":
            return "Released", "ok"
        case "planned" if row.released_at:
            return f"From {wall.full(row.released_at)}", "warn"
        case "withdrawn":
            return "Withdrawn", "danger"
        case "never":
            return "Psychotherapy note, never released", ""
        case _:
            return "Not released", "warn"


def source_html(row: SourceRow, wall: Wall) -> Safe:
    """Return one file that entries came from, with what could not be read of it."""
    named = fragment("a", "lw-t", row.name, href=f"/files/{row.file}") if row.file else row.name
    about = ", ".join(p for p in (wall.full(row.at), row.by, row.counts) if p)
    lines = [fragment("p", "lw-m", f"Not read: {words}") for words in row.unread]
    return fragment("li", "lw-row lw-block", join(named, fragment("p", "lw-m", about), *lines))


def preview_html(view: RecordPreview) -> Safe:
    """Return what a file holds, what of it is there already, and what could not be read."""
    told = ", ".join(p for p in (view.told_name, said_date(view.told_birth)) if p)
    known = ", ".join(p for p in (view.patient, said_date(view.birth)) if p)
    facts = {
        "File": f"{view.name} ({view.format})",
        "About": told or "No name in the file",
        "Patient": known,
        "New": str(view.new),
        "There already": str(view.duplicates) if view.duplicates else "",
        "Newer versions": str(view.changed) if view.changed else "",
        "Files inside": str(view.files) if view.files else "",
    }
    pairs = [
        part
        for label, words in facts.items()
        if words
        for part in (fragment("dt", "", label), fragment("dd", "", words))
    ]
    return join(
        fragment("dl", "lw-sum", *pairs),
        _listed("What was read", [f"{words} {count}" for words, count in view.read]),
        _listed("What was not read", list(view.unread)),
        _listed("Good to know", list(view.notes)),
    )


def _listed(title: str, lines: list[str]) -> Safe:
    if not lines:
        return Safe()
    items = (fragment("li", "", line) for line in lines)
    return join(fragment("h3", "lw-h3", title), fragment("ul", "lw-rec-list", *items))


def said_date(value: str) -> str:
    """Say a date at the precision that it has: 2021, March 2021, March 4, 2021."""
    parts = value[:10].split("-")
    if not all(p.isdigit() for p in parts):
        return ""
    numbers = [int(p) for p in parts]
    try:
        day = date(*([*numbers, 1, 1])[:3])
    except (ValueError, TypeError):
        return ""
    if len(numbers) == 1:
        return f"{day.year}"
    month = f"{day:%B} {day.year}"
    return month if len(numbers) == 2 else f"{day:%B} {day.day}, {day.year}"
