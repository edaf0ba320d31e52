"""Turns one statement of a section into an entry of the record."""

import hashlib
import re
from dataclasses import replace

from portal_app.integrations.ccda.absence import says_absent
from portal_app.integrations.ccda.clinical import READERS
from portal_app.integrations.ccda.markup import Element, attribute, every, leading
from portal_app.integrations.ccda.statement import VAGUE, Statement
from portal_app.integrations.ccda.values import party
from portal_app.rules.records import Entry, Kind

TITLE_MOST = 300
TEXT_MOST = 4000
NAMELESS = "Measurement without a name"
NOTHING_KNOWN = {
    Kind.CONDITION: "No known problems",
    Kind.ALLERGY: "No known allergies",
    Kind.MEDICATION: "No known medicines",
}
_UNIQUE = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z")


def read(statement: Statement) -> Entry | None:
    """Read a statement; nothing where it has no name that could be shown."""
    made = READERS[statement.part.kind](statement)
    words = next((w for w in (made.text, made.title) if says_absent(w)), "")
    absent = bool(words) and not made.measures
    negated = made.negated or absent or _negated(statement)
    title = words if absent else made.title
    if negated and title.lower() in VAGUE:
        title = made.text or NOTHING_KNOWN.get(made.kind, "")
    if made.text and title.lower() in VAGUE:
        title, text = made.text, made.title
    else:
        text = made.text
    if title.lower() in VAGUE:
        if not made.measures:
            return None
        title = title or NAMELESS
    lines = tuple((label, words[:TEXT_MOST]) for label, words in made.lines if words)
    if statement.part.apart and statement.list_name:
        lines = (("List", statement.list_name), *lines)
    whole = replace(
        made,
        title=_short(title),
        text=_more(title, text),
        negated=negated,
        author=_author(statement),
        lines=tuple(line for line in dict.fromkeys(lines) if line[1] != title),
    )
    return replace(whole, key=_key(statement.element, whole))


def _short(title: str) -> str:
    return title if len(title) <= TITLE_MOST else f"{title[: TITLE_MOST - 1]}…"


def _more(title: str, text: str) -> str:
    """Give the producer's words where they say more than the title."""
    if len(title) > TITLE_MOST:
        text = f"{title} {text}" if text else title
    return "" if text == title else text[:TEXT_MOST]


def _negated(statement: Statement) -> bool:
    ringed = [statement.element]
    while (ringed[-1] is not statement.entry) and (above := ringed[-1].getparent()) is not None:
        ringed.append(above)
    return any(e.get("negationInd") in {"true", "1"} for e in ringed)


def _author(statement: Statement) -> str:
    own = [*every(statement.element, "performer"), *every(statement.element, "author")]
    around = [a for e in statement.entry for a in (*leading(e, "author"), *leading(e, "performer"))]
    return next((words for p in (*own, *around) if (words := party(p))), statement.source)


def _key(element: Element, entry: Entry) -> str:
    """Give the identity of a statement: its id, and what it says in short.

    The id alone is not enough: producers repeat one for several statements, and copy those of
    published examples.
    """
    measured = tuple((m.name, m.value, m.unit) for m in entry.measures)
    said = (entry.kind, entry.title, entry.codings, entry.negated, entry.starts, measured)
    digest = hashlib.sha256(repr(said).encode()).hexdigest()[:24]
    for given in element.findall("id"):
        root, extension = attribute(given, "root"), attribute(given, "extension")
        if given.get("nullFlavor") or not root:
            continue
        if extension or _UNIQUE.match(root):
            return f"{root}^{extension}"[:200] + f"#{digest}"
    more = (entry.ends, entry.lines, entry.text)
    return f"#{digest}{hashlib.sha256(repr(more).encode()).hexdigest()[:8]}"
