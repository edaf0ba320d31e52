"""Reads a list of patients from a CSV file: its letters, its columns, and what they are called."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal_app.rules.errors import InvalidError

ROWS_MOST = 20_000
COLUMNS_MOST = 200
CELL_MOST = 10_000
DELIMITERS = ",;\t|"
ALIASES: dict[str, tuple[str, ...]] = {
    "first_name": (
        "first name",
        "firstname",
        "fname",
        "given name",
        "legal first name",
        "legal first",
        "patient first name",
    ),
    "middle_name": ("middle name", "mname", "middle", "patient middle name"),
    "last_name": (
        "last name",
        "lname",
        "surname",
        "family name",
        "legal last name",
        "legal last",
        "patient last name",
    ),
    "suffix": ("suffix",),
    "preferred_name": (
        "preferred name",
        "preferred first name",
        "preferred",
        "nickname",
        "goes by",
    ),
    "full_name": ("name", "full name", "client", "client name", "patient", "patient name"),
    "birth_date": ("date of birth", "dob", "birth date", "birthday", "patient dob"),
    "sex": ("sex", "sex at birth", "gender", "sex/gender", "legal sex", "patient gender"),
    "gender_identity": ("gender identity",),
    "pronouns": ("pronouns",),
    "language": ("language",),
    "email": ("email", "e-mail address", "mail", "patient email"),
    "phone_mobile": (
        "mobile phone",
        "cell phone",
        "cell",
        "mobile",
        "phone cell",
        "phone",
        "tel",
        "patient phone number",
    ),
    "phone_home": ("home phone", "phone home"),
    "phone_work": ("work phone",),
    "phone_work_ext": ("work phone extension",),
    "address1": (
        "street",
        "street address",
        "address",
        "address 1",
        "address line 1",
        "patient street",
    ),
    "address2": ("address 2", "street address 2", "address line 2"),
    "city": ("city", "patient city"),
    "state": ("state", "province/state", "patient state"),
    "postal_code": (
        "zip",
        "zip code",
        "postal",
        "postal/zip code",
        "postal code",
        "post code",
        "patient zip code",
    ),
    "country": ("country", "country code"),
    "clinician": (
        "primary clinician",
        "clinician",
        "assigned clinician",
        "provider",
        "primary practitioner",
        "provider id",
        "clinician email",
    ),
    "status": ("client status", "status", "chart status", "discharged", "active"),
    "external_id": (
        "chart id",
        "patient guid",
        "pid",
        "pubpid",
        "patient id",
        "external id",
        "client identifier",
    ),
    "payer": ("primary insurance", "insurance company", "insurance", "payer", "insurer"),
    "member_id": ("member id", "policy number", "insurance id", "insurance member id"),
    "group_id": ("group id", "insurance group", "insurance group id", "group no"),
    "policy_holder": ("policy holder", "subscriber"),
    "emergency_name": (
        "emergency contact",
        "emergency contact name",
        "phone contact",
        "emergency name",
    ),
    "emergency_phone": ("emergency contact phone", "emergency phone"),
    "emergency_relationship": ("emergency contact relationship", "emergency relationship"),
    "guardian_name": ("guardians name", "guardian", "responsible party"),
    "contact_first": ("contact first name", "guardian1 first"),
    "contact_last": ("contact last name", "guardian1 last"),
    "contact_relationship": ("contact relationship", "guardian1 relationship"),
    "contact_email": ("contact email", "guardian1 email"),
    "contact_phone": ("contact phone",),
    "notes": ("notes", "comments"),
    "invite": ("invite to portal", "invite", "send invite"),
    "allow_email": ("email notification", "hipaa allowemail"),
    "allow_sms": ("text ok", "text notification", "hipaa allowsms"),
    "deceased": ("deceased", "deceased date"),
}
"""Field -> what lists call it."""
INVERTED = "discharged"
"""A column whose "yes" means that somebody is no patient any more."""
WORDS = {
    "first_name": "First name",
    "middle_name": "Middle name",
    "last_name": "Last name",
    "suffix": "Suffix",
    "preferred_name": "Name they go by",
    "full_name": "Whole name",
    "birth_date": "Date of birth",
    "sex": "Gender",
    "gender_identity": "Gender identity",
    "pronouns": "Pronouns",
    "language": "Language",
    "email": "Email",
    "phone_mobile": "Mobile phone",
    "phone_home": "Home phone",
    "phone_work": "Work phone",
    "phone_work_ext": "Extension at work",
    "address1": "Street address",
    "address2": "Apartment",
    "city": "City",
    "state": "State",
    "postal_code": "ZIP code",
    "country": "Country",
    "clinician": "Clinician",
    "status": "Status",
    "external_id": "Id in the other program",
    "payer": "Insurance company",
    "member_id": "Member ID",
    "group_id": "Group number",
    "policy_holder": "Policy holder",
    "emergency_name": "Emergency contact",
    "emergency_phone": "Phone of the emergency contact",
    "emergency_relationship": "Relationship of the emergency contact",
    "guardian_name": "Guardian",
    "contact_first": "First name of a contact",
    "contact_last": "Last name of a contact",
    "contact_relationship": "Relationship of the contact",
    "contact_email": "Email of the contact",
    "contact_phone": "Phone of the contact",
    "notes": "Notes",
    "invite": "Invite to the portal",
    "allow_email": "Agreed to email",
    "allow_sms": "Agreed to text messages",
    "deceased": "Has died",
}
"""Field -> its words on screen."""


@dataclass(frozen=True)
class ClientList:
    """A file that was read."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    encoding: str


def bare(text: str) -> str:
    """Make the name of a column comparable."""
    return "".join(c for c in text.casefold() if c not in " ./-_\t'’").strip()


_FIELDS = {bare(word): field for field, words in ALIASES.items() for word in words}


def decode(data: bytes) -> tuple[str, str]:
    """Read bytes as text; UTF-8 first, and then what the letters look like.

    Raises:
        InvalidError: no text.
    """
    if not data.strip():
        raise InvalidError("The file is empty.")
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidError("This is no CSV file. Save the list as CSV first.")
    for encoding in ("utf-8-sig", "utf-8"):
        marked = data.startswith(b"\xef\xbb\xbf")
        if (encoding == "utf-8-sig") is marked:
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                continue
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16"), "utf-16"
    # of the old code pages, lists of practices are nearly always in this one
    return data.decode("cp1252", "replace"), "cp1252"


def read(text: str, encoding: str = "utf-8") -> ClientList:
    """Read the rows of a list.

    Raises:
        InvalidError: no header, no rows, or too many.
    """
    delimiter = _delimiter(text)
    csv.field_size_limit(CELL_MOST)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InvalidError("This is no CSV file: a cell never ends.") from error
    while lines and not any(c.strip() for c in lines[0]):
        lines.pop(0)
    if not lines or len(lines[0]) > COLUMNS_MOST:
        raise InvalidError("The file has no columns that could be read.")
    header, rows = lines[0], lines[1:]
    if rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise InvalidError("The file has a first line and nothing below it.")
    if len(rows) > ROWS_MOST:
        raise InvalidError(f"The file has more than {ROWS_MOST:,} rows. Split it.")
    width = len(header)
    even = tuple(tuple((r + [""] * width)[:width]) for r in rows)
    return ClientList(tuple(c.strip() for c in header), even, delimiter, encoding)


def _delimiter(text: str) -> str:
    """Find what stands between cells: what splits the first lines evenly, and most."""
    best, most = ",", (0, 0)
    for candidate in DELIMITERS:
        lines = csv.reader(io.StringIO(text[:65536], newline=""), delimiter=candidate)
        widths = []
        try:
            for row in lines:
                if row:
                    widths.append(len(row))
                if len(widths) >= 30:
                    break
        except csv.Error:
            continue
        if widths and widths[0] > 1:
            alike = sum(w == widths[0] for w in widths)
            most, best = max((most, best), ((alike, widths[0]), candidate))
    return best


def mapping(columns: Sequence[str]) -> dict[int, str]:
    """Guess what each column fills: number of the column -> field."""
    found: dict[int, str] = {}
    names = [bare(c) for c in columns]
    for place, name in enumerate(names):
        field = _FIELDS.get(name, "")
        if name == "gender" and any(n in {"sex", "sexatbirth", "legalsex"} for n in names):
            field = "gender_identity"
        if name == "contactrelationship" and "contactfirstname" not in names:
            field = "emergency_relationship"
        if field and (field not in found.values() or field == "external_id"):
            found[place] = field
    if "external_id" in found.values():
        first = min(p for p, f in found.items() if f == "external_id")
        found = {p: f for p, f in found.items() if f != "external_id" or p == first}
    return found


def fields(columns: Sequence[str], row: Sequence[str], plan: Mapping[int, str]) -> dict[str, str]:
    """Give a row by its fields."""
    values = {field: row[place].strip() for place, field in plan.items() if place < len(row)}
    for place, field in plan.items():
        if field == "status" and bare(columns[place]) == INVERTED:
            values["status"] = "inactive" if values["status"].casefold()[:1] in "y1t" else "active"
            if not row[place].strip():
                values["status"] = ""
    return values
