"""Reads the rows of a list as people, and says of each what becomes of it. Writes nothing."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from email_validator import EmailNotValidError, validate_email

from portal_app.data.schemas.roster import Contact, Judged, Listed
from portal_app.integrations import addresses, client_list, phones
from portal_app.integrations.client_list import ClientList
from portal_app.rules import roster as rule
from portal_app.rules.demographics import MOST, MOST_ELSE, clean
from portal_app.rules.errors import InvalidError
from portal_app.rules.names import fold
from portal_app.rules.roster import Known, Outcome

_PHONE = re.compile(r"[+(]?\d[\d().\- ]{5,}\d")
HOME_COUNTRIES = {"usa": "US", "unitedstates": "US", "unitedstatesofamerica": "US", "canada": "CA"}


@dataclass(frozen=True)
class Setting:
    """What the reading of a row depends on."""

    today: date
    country: str
    clinicians: Mapping[str, str]
    """Key -> name."""
    emails: Mapping[str, str]
    """Address with which a clinician signs in -> key."""
    index: Callable[[str], str] = str
    """Makes an id of the other program comparable with those that are kept."""


class _Faults:
    """What a row holds that can't be used."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.reject = ""
        self.unusable = 0

    def add(self, words: str) -> None:
        self.notes.append(words)
        self.unusable += 1


def judge(
    found: ClientList,
    plan: Mapping[int, str],
    setting: Setting,
    existing: Iterable[Known] = (),
    accepted: frozenset[int] = frozenset(),
) -> tuple[Judged, ...]:
    """Judge every row.

    Args:
        found: the file.
        plan: number of a column -> field.
        setting: the day, the country, the clinicians.
        existing: who is a patient already.
        accepted: rows that somebody has looked at and wants to be added all the same.
    """
    births = [r[p] for p, f in plan.items() if f == "birth_date" for r in found.rows]
    days_first = rule.day_first(births)
    seen = _Index(existing)
    judged = []
    for number, row in enumerate(found.rows, 1):
        one = _judge_row(number, found, row, plan, setting, days_first=days_first)
        if one.outcome in {Outcome.ADD, Outcome.ASK} and one.person.first:
            one = _against(one, seen, setting, accepted=number in accepted)
        elif one.outcome is Outcome.ASK and number in accepted:
            one = replace(one, outcome=Outcome.ADD)
        if one.outcome is Outcome.ADD:
            seen.add(_known(f"row {number}", one.person, setting))
        judged.append(one)
    return tuple(judged)


class _Index:
    """Known people by last name, and by the id of the other program."""

    def __init__(self, people: Iterable[Known]) -> None:
        self._by_last: dict[str, list[Known]] = defaultdict(list)
        self._by_id: dict[str, list[Known]] = defaultdict(list)
        for person in people:
            self.add(person)

    def add(self, person: Known) -> None:
        self._by_last[fold(person.last)].append(person)
        if person.external_id:
            self._by_id[person.external_id].append(person)

    def like(self, person: Known) -> list[Known]:
        same_id = self._by_id.get(person.external_id, []) if person.external_id else []
        return [*same_id, *self._by_last.get(fold(person.last), [])]


def _known(where: str, person: Listed, setting: Setting) -> Known:
    key = setting.index(person.external_id) if person.external_id else ""
    return Known(where, person.first, person.last, person.birth_date, person.email, key)


def _against(one: Judged, seen: _Index, setting: Setting, *, accepted: bool) -> Judged:
    person = _known("", one.person, setting)
    found = rule.duplicate(person, seen.like(person))
    if found is None:
        return replace(one, outcome=Outcome.ADD) if accepted else one
    outcome, why = found
    if outcome is Outcome.ASK and accepted:
        return replace(one, outcome=Outcome.ADD, notes=(*one.notes, why))
    row = re.search(r"row (\d+)", why)
    return replace(one, outcome=outcome, why=why, of_row=int(row[1]) if row else 0)


def _judge_row(
    number: int,
    found: ClientList,
    row: Sequence[str],
    plan: Mapping[int, str],
    setting: Setting,
    *,
    days_first: bool,
) -> Judged:
    cells = tuple(zip(found.columns, row, strict=True))
    if not any(c.strip() for c in row):
        return Judged(number, Outcome.SKIP, Listed(), "The row is empty.", cells=cells)
    if rule.is_sum(row):
        return Judged(number, Outcome.REJECT, Listed(), "The row sums up others.", cells=cells)
    values = client_list.fields(found.columns, row, plan)
    faults = _Faults()
    person = _person(values, setting, faults, days_first=days_first)
    outcome, why = Outcome.ADD, ""
    if faults.reject:
        outcome, why = Outcome.REJECT, faults.reject
    elif _unreachable(values, person, faults):
        outcome, why = Outcome.ASK, "Nothing to reach the person by can be used."
    return Judged(number, outcome, person, why, tuple(faults.notes), cells=cells)


def _cell(values: Mapping[str, str], name: str) -> str:
    return clean(values.get(name, ""))


def _unreachable(values: Mapping[str, str], person: Listed, faults: _Faults) -> bool:
    given = any(values.get(n) for n in ("email", "phone_mobile", "phone_home", "phone_work"))
    left = person.email or person.phone or person.phone_home or person.phone_work
    return given and not left and faults.unusable > 0


def _person(
    values: Mapping[str, str], setting: Setting, faults: _Faults, *, days_first: bool
) -> Listed:
    get = partial(_cell, values)
    name = _name(values, faults)
    born = _born(get("birth_date"), setting, faults, days_first=days_first)
    minor = born is not None and rule.age(born, setting.today) < rule.ADULT
    country = _country(get("country"), setting)
    mails = _emails(get("email"), faults)
    contacts, guardian = _contacts(values, setting, minor=minor)
    deceased_on, is_deceased = _deceased(get("deceased"), setting)
    gender_words = get("gender_identity") or get("sex")
    gender = rule.sex(get("sex") or get("gender_identity"))
    if gender_words and not gender:
        faults.notes.append(f"Gender “{gender_words[:40]}” is kept in the file’s row only.")
    clinician = _clinician(get("clinician"), setting, faults)
    payer = get("payer")
    insured = bool(payer) and rule.bare(payer) not in rule.NO_PAYER
    first = f"{name.first}".strip()
    if rule.is_couple(first):
        faults.notes.append("Two people in one row: added as one. Split them if both are patients.")
    if born is None and not faults.reject:
        faults.notes.append("No date of birth: nobody can be invited before it is filled in.")
    return Listed(
        first=first,
        middle=name.middle,
        last=name.last,
        suffix=name.suffix,
        preferred=get("preferred_name")[: MOST["preferred"]],
        birth_date=born,
        gender=gender,
        gender_words=gender_words.casefold(),
        pronouns=get("pronouns")[:MOST_ELSE],
        language=get("language")[:MOST_ELSE],
        emails=mails,
        phone=_phone(get("phone_mobile"), country, faults),
        phone_home=_phone(get("phone_home"), country, faults),
        phone_work=_phone(_extended(get("phone_work"), get("phone_work_ext")), country, faults),
        street=get("address1")[:MOST_ELSE],
        unit=get("address2")[: MOST["unit"]],
        city=get("city")[:MOST_ELSE],
        state=addresses.state_code(get("state"), country)[:MOST_ELSE],
        postal_code=_postal(get("postal_code"), country),
        country=country,
        clinician=clinician,
        is_inactive=rule.is_inactive(get("status")),
        is_deceased=is_deceased,
        deceased_on=deceased_on,
        external_id=get("external_id")[:MOST_ELSE],
        payer=payer if insured else "",
        member_id=get("member_id")[: MOST["coverage.member_id"]] if insured else "",
        group_number=get("group_id")[: MOST["coverage.group_number"]] if insured else "",
        holder=get("policy_holder")[:MOST_ELSE] if insured else "",
        contacts=contacts,
        guardian=guardian,
        notes=values.get("notes", ""),
        wants_invitation=rule.is_yes(get("invite")) and bool(mails) and not is_deceased,
        allows_email=rule.is_yes(get("allow_email")) if get("allow_email") else None,
        allows_texts=rule.is_yes(get("allow_sms")) if get("allow_sms") else None,
        is_minor=minor,
    )


def _name(values: Mapping[str, str], faults: _Faults) -> rule.Name:
    first, last = clean(values.get("first_name", "")), clean(values.get("last_name", ""))
    if not first and not last and (whole := clean(values.get("full_name", ""))):
        name = rule.full_name(whole)
        if name is None:
            faults.reject = "One word is no whole name. Which part of the name is it?"
            return rule.Name("", whole)
        return name
    if not first:
        faults.reject = "There is no first name."
    elif not last:
        faults.reject = "There is no last name."
    most = MOST["given"]
    return rule.Name(
        first[:most],
        last[:most],
        clean(values.get("middle_name", ""))[:most],
        clean(values.get("suffix", ""))[:20],
    )


def _born(text: str, setting: Setting, faults: _Faults, *, days_first: bool) -> date | None:
    try:
        return rule.birth_date(text, setting.today, days_first=days_first)
    except (ValueError, OverflowError):
        faults.reject = faults.reject or "The date of birth can’t be read."
        return None


def _deceased(text: str, setting: Setting) -> tuple[date | None, bool]:
    if not text or rule.bare(text) in {"no", "n", "false", "0"}:
        return None, False
    try:
        return rule.birth_date(text, setting.today), True
    except (ValueError, OverflowError):
        return None, rule.is_yes(text)


def _emails(text: str, faults: _Faults) -> tuple[str, ...]:
    found = []
    for part in re.split(r"[;,\s]+", text):
        if not part:
            continue
        try:
            checked = validate_email(part, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            faults.add(f"“{part[:80]}” is not an email address.")
        else:
            found.append(checked.normalized.casefold())
    return tuple(dict.fromkeys(found))


def _extended(number: str, extension: str) -> str:
    return f"{number} x{extension}" if number and extension else number


def _phone(text: str, country: str, faults: _Faults) -> str:
    if not text:
        return ""
    try:
        return phones.canonical(text, country)
    except InvalidError:
        faults.add(f"“{text[:40]}” is not a phone number.")
        return ""


def _country(text: str, setting: Setting) -> str:
    if not text:
        return setting.country
    known = HOME_COUNTRIES.get(rule.bare(text))
    return known or (text.upper() if len(text) == 2 and text.isalpha() else setting.country)


def _postal(text: str, country: str) -> str:
    short = text.isdigit() and len(text) in {3, 4} and country == "US"
    # a spreadsheet takes 02139 for a number
    return (text.zfill(5) if short else text)[: MOST["postal_code"]]


def _clinician(text: str, setting: Setting, faults: _Faults) -> str:
    if not text:
        return ""
    known = setting.emails.get(text.casefold()) or rule.clinician(text, setting.clinicians)
    if not known:
        faults.notes.append(f"“{text[:80]}” is not a clinician here.")
    return known


def _contacts(
    values: Mapping[str, str], setting: Setting, *, minor: bool
) -> tuple[tuple[Contact, ...], str]:
    get = partial(_cell, values)
    found, guardian = [], get("guardian_name")
    name, phone = get("emergency_name"), get("emergency_phone")
    if not phone and (match := _PHONE.search(name)):
        name, phone = name.replace(match[0], "").strip(" ,;-"), match[0]
    relationship = get("emergency_relationship")
    if name:
        found.append(Contact(name, relationship, phones.kept(phone, setting.country)))
        if minor and relationship.casefold() in rule.GUARDIANS:
            guardian = guardian or name
    other = f"{get('contact_first')} {get('contact_last')}".strip()
    if other:
        relation = get("contact_relationship")
        number = phones.kept(get("contact_phone"), setting.country)
        mail = _emails(get("contact_email"), _Faults())
        found.append(Contact(other, relation, number, mail[0] if mail else ""))
        if minor and relation.casefold() in rule.GUARDIANS:
            guardian = guardian or other
    if guardian and all(fold(c.name) != fold(guardian) for c in found):
        found.append(Contact(guardian, "Guardian"))
    return tuple(found), guardian


def families(judged: Sequence[Judged]) -> tuple[tuple[int, ...], ...]:
    """Group the rows of children with the row of the adult who is named or written to for them."""
    adults = [j for j in judged if j.outcome is Outcome.ADD and not j.person.is_minor]
    by_mail = {j.person.email: j.number for j in reversed(adults) if j.person.email}
    by_name = {_spoken(j.person): j.number for j in reversed(adults)}
    groups: dict[int, list[int]] = defaultdict(list)
    for one in judged:
        if one.outcome is not Outcome.ADD or not one.person.is_minor:
            continue
        mails = [one.person.email, *(c.email for c in one.person.contacts)]
        parent = next((by_mail[m] for m in mails if m in by_mail), 0)
        parent = parent or by_name.get(fold(one.person.guardian), 0)
        if parent:
            groups[parent].append(one.number)
    return tuple(tuple(sorted([p, *children])) for p, children in sorted(groups.items()))


def _spoken(person: Listed) -> str:
    return fold(f"{person.first} {person.last}")
