"""Consents: who may sign, when one is complete, and the words that are filled in before.

15 USC 7001 (E-SIGN) and UETA: consent to signing on screen, intent, identity, association with the
exact record, and keeping it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from portal_app.rules.errors import InvalidError

ADULT = 18
GUARDIANS = frozenset({"parent", "mother", "father", "guardian", "foster", "power of attorney"})
"""Relationships that may decide for somebody who is under age."""
SELF = "self"
WAIT = "Read to the last page first, or download the document."
INTENT = "I have read this document and I agree to it."
COUNTER_INTENT = "I confirm that I have seen this signed document."
DISCLOSURE_VERSION = "1"
DISCLOSURE = (
    "You can sign on screen instead of on paper. A signature on screen counts the same.",
    "You may have any document on paper instead, at no cost. Call or write to the practice.",
    "You can take your agreement to sign on screen back at any time. Tell the practice.",
    "What you have signed until then still counts.",
    "To read and keep the documents you need a device that opens PDF files.",
    "Tell the practice when your email address or phone number changes.",
)
"""What a person agrees to once before her first signature on screen."""
NAME_MOST = 120
REASON_MOST = 1000
STROKES_MOST, POINTS_MOST = 80, 6000
PAD_WIDTH, PAD_HEIGHT = 560, 240

PLACEHOLDERS = {
    "patient": "the patient’s name",
    "birth_date": "the patient’s date of birth",
    "clinician": "the clinician’s name",
    "practice": "the practice’s name",
    "phone": "the practice’s phone number",
    "date": "the day on which it is first opened",
}
_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")
_BREAK = re.compile(r"(?:^|\n)[ ]*\n[ ]{0,3}(?:-{3,}|\*{3,})[ ]*(?=\n|$)")


@dataclass(frozen=True)
class Asked:
    """Whose signature a document needs.

    Args:
        completed_by: patient, guardian, either or both.
        minor: whether the patient is under age today.
        minor_signs: whether this document may be signed by a patient who is under age.
    """

    completed_by: str = "either"
    minor: bool = False
    minor_signs: bool = False

    @property
    def needed(self) -> int:
        """How many people have to sign."""
        return 2 if self.completed_by == "both" else 1


def is_minor(born: date | None, today: date) -> bool:
    """Whether somebody is under age; born on February 29 means of age on March 1."""
    if born is None:
        return False
    try:
        of_age = born.replace(year=born.year + ADULT)
    except ValueError:
        of_age = date(born.year + ADULT, 3, 1)
    return today < of_age


def may_sign(asked: Asked, relationship: str) -> bool:
    """Whether somebody of that relationship to the patient is one of those who are asked."""
    own = relationship == SELF
    able = not asked.minor or asked.minor_signs
    if own:
        return able and asked.completed_by != "guardian"
    if asked.minor and relationship.lower() not in GUARDIANS:
        return False
    # where a minor is asked who may not sign, the guardian does it in the minor's place
    return asked.completed_by != "patient" or not able


def is_complete(asked: Asked, signers: Collection[str]) -> bool:
    """Whether these signatures, each named by its signer's relationship, are all that is needed.

    Both means two people: the patient and somebody for the patient, or, under age, two guardians.
    """
    if len(signers) < asked.needed:
        return False
    if asked.needed == 1 or (asked.minor and not asked.minor_signs):
        return True
    return SELF in signers


def adds(asked: Asked, signers: Collection[str], relationship: str) -> bool:
    """Whether one more signature of that relationship helps to complete the document."""
    if is_complete(asked, signers) or not may_sign(asked, relationship):
        return False
    left = asked.needed - len(signers)
    return left > 1 or is_complete(asked, [*signers, relationship])


def authority(relationship: str, basis: str) -> str:
    """Say in what right somebody signs."""
    if relationship == SELF:
        return "the patient"
    return f"{relationship}, {basis}" if basis else relationship


# ---------------------------------------------------------------- words of the practice
def check_words(text: str) -> None:
    """Refuse a text with a placeholder that nothing would be put in for.

    Raises:
        InvalidError: names it.
    """
    for name in _PLACE.findall(text):
        if name not in PLACEHOLDERS:
            raise InvalidError(f"“{name[:40]}” can’t be filled in.", field="markdown")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put values into the places of a Markdown text; a value is never read as Markdown."""
    return _PLACE.sub(lambda m: _SPECIAL.sub(r"\\\1", values[m[1]]), text)


def parts(text: str) -> tuple[str, ...]:
    """Split a text where a line of three dashes begins a new page."""
    return tuple(p.strip() for p in _BREAK.split(text) if p.strip()) or ("",)


# ---------------------------------------------------------------- what is drawn and typed
Stroke = tuple[tuple[int, int], ...]


def strokes_of(raw: object) -> tuple[Stroke, ...]:
    """Read what a pad says was drawn; anything else is refused.

    Raises:
        InvalidError: malformed, outside the pad, or far too much.
    """
    wrong = InvalidError("Draw your signature again, or use your typed name.", field="strokes")
    if not isinstance(raw, (list, tuple)) or len(raw) > STROKES_MOST:
        raise wrong
    strokes, points = [], 0
    for stroke in raw:
        if not isinstance(stroke, (list, tuple)) or not stroke:
            raise wrong
        points += len(stroke)
        if points > POINTS_MOST or not all(_on_pad(point) for point in stroke):
            raise wrong
        strokes.append(tuple((x, y) for x, y in stroke))
    return tuple(strokes)


def _on_pad(point: object) -> bool:
    match point:
        case [int() as x, int() as y]:
            return (
                not isinstance(x, bool)
                and not isinstance(y, bool)
                and 0 <= x <= PAD_WIDTH
                and 0 <= y <= PAD_HEIGHT
            )
    return False


def path_of(strokes: Collection[Stroke]) -> str:
    """Give the strokes as the path of an SVG drawing."""
    return " ".join(
        f"M{stroke[0][0]} {stroke[0][1]}"
        + "".join(f"L{x} {y}" for x, y in (stroke[1:] or stroke[:1]))
        for stroke in strokes
    )


def signer_name(typed: str) -> str:
    """Tidy the name that somebody has typed.

    Raises:
        InvalidError: it is no name, or too long.
    """
    name = " ".join(typed.split())
    if not any(c.isalpha() for c in name):
        raise InvalidError("Type your full name.", field="name")
    if len(name) > NAME_MOST:
        raise InvalidError(f"Use at most {NAME_MOST} letters.", field="name")
    return name
