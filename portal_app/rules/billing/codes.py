"""Codes and numbers that an insurance company reads: what they look like, and which can't be right.

Nothing here knows what a code means. The wording of a service is the practice's own.
"""

import re
from collections.abc import Iterable

NPI_PREFIX = "80840"
"""What stands before the ten digits when their check digit is made: health, United States."""
NPI_FIRST = "12"
EIN_NEVER = frozenset(
    {"00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79"}
    | {"89", "96", "97"}
)
"""First two digits that were never given out."""
MODIFIERS_MOST = 4
DIAGNOSES_MOST = 12
POINTERS_MOST = 4
LETTERS = "ABCDEFGHIJKL"

OFFICE, VIDEO_ELSEWHERE, VIDEO_AT_HOME = "11", "02", "10"
TELEHEALTH = frozenset({VIDEO_ELSEWHERE, VIDEO_AT_HOME})
PLACE_OF_MODE = {"in_person": OFFICE, "video": VIDEO_AT_HOME, "phone": VIDEO_AT_HOME}
"""Where a visit happens that nobody has said more about."""

_PUNCTUATION = re.compile(r"[\s\-.]+")
_NPI = re.compile(r"[0-9]{10}")
_EIN = re.compile(r"([0-9]{2})-?([0-9]{7})")
_SSN = re.compile(r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}")
_DIAGNOSIS = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")
_PROCEDURE = re.compile(r"[0-9]{4}[0-9A-Z]|[A-V][0-9]{4}")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")


class CodeError(ValueError):
    """A code that can't be right; the message tells a person why."""


def npi(value: str) -> str:
    """Give the ten digits of a National Provider Identifier.

    Raises:
        CodeError: it can't be one.
    """
    digits = _PUNCTUATION.sub("", value)
    if not _NPI.fullmatch(digits):
        raise CodeError("An NPI has ten digits.")
    if digits[0] not in NPI_FIRST:
        raise CodeError("An NPI begins with 1 or 2.")
    if not _luhn(NPI_PREFIX + digits):
        raise CodeError("This NPI has a mistyped digit. Compare it once more.")
    return digits


def _luhn(digits: str) -> bool:
    """Whether the last digit fits to the others (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return total % 10 == 0


def ein(value: str) -> str:
    """Give an Employer Identification Number as 12-3456789.

    Raises:
        CodeError: it can't be one.
    """
    found = _EIN.fullmatch(value.strip())
    if not found:
        raise CodeError("A tax ID has nine digits, such as 12-3456789.")
    if found[1] in EIN_NEVER:
        raise CodeError(f"No tax ID begins with {found[1]}. Compare it once more.")
    return f"{found[1]}-{found[2]}"


def tax_id(value: str) -> str:
    """Give the tax ID of a practice: an EIN, or where there is none a Social Security number.

    Raises:
        CodeError: it can't be one.
    """
    return value.strip() if _SSN.fullmatch(value.strip()) else ein(value)


def diagnosis(value: str) -> str:
    """Give a code of ICD-10-CM with its dot: f411 is F41.1.

    Raises:
        CodeError: it does not look like one.
    """
    code = "".join(value.split()).upper()
    if "." not in code and len(code) > 3:
        code = f"{code[:3]}.{code[3:]}"
    if not _DIAGNOSIS.fullmatch(code):
        raise CodeError("A diagnosis code looks like F41.1.")
    return code


def procedure(value: str) -> str:
    """Give a procedure code of five characters (CPT, HCPCS).

    Raises:
        CodeError: it does not look like one.
    """
    code = "".join(value.split()).upper()
    if not _PROCEDURE.fullmatch(code):
        raise CodeError("A procedure code has five characters, such as 99213 or G2212.")
    return code


def modifiers(value: str | Iterable[str]) -> tuple[str, ...]:
    """Give up to four modifiers of two characters, each once, in the order given.

    Raises:
        CodeError: one does not look like a modifier, or there are too many.
    """
    given = re.split(r"[\s,;]+", value) if isinstance(value, str) else value
    found = tuple(dict.fromkeys(part.strip().upper() for part in given if part.strip()))
    if any(not _MODIFIER.fullmatch(part) for part in found):
        raise CodeError("A modifier has two characters, such as 95.")
    if len(found) > MODIFIERS_MOST:
        raise CodeError(f"At most {MODIFIERS_MOST} modifiers go with one service.")
    return found


def place_of_service(value: str, known: Iterable[str]) -> str:
    """Give the two digits of a place of service that is on the list.

    Raises:
        CodeError: it is not.
    """
    code = value.strip().zfill(2)
    if code not in known:
        raise CodeError("Choose where the visit was.")
    return code
