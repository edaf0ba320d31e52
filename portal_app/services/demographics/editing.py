"""What both sides do with who a patient is: show it, keep what is typed, check it and save it."""

import json
from collections.abc import Mapping

from sqlmodel import select

from portal_app.data.models import Draft
from portal_app.data.schemas.demographics import CardView, DemographicsView, Saved
from portal_app.integrations import addresses
from portal_app.rules import demographics as rule
from portal_app.rules.demographics import Address
from portal_app.rules.errors import ConflictError, InvalidError
from portal_app.security.access import Work
from portal_app.services.demographics import facts, requests
from portal_app.services.demographics.facts import Held

SLOT = "demographics"
"""Where the draft of a person on a chart is kept; no conversation has this id."""
TYPED_MOST = 300


def view(work: Work) -> DemographicsView:
    """Show who the open patient is."""
    country = work.practice.country
    rows = facts.held(work)
    known = facts.read(rows, country)
    changes = requests.history(work)
    return DemographicsView(
        facts={k: facts.shown(k, v, country) for k, v in known.items()},
        typed=_typed(work),
        waiting=requests.waiting(work),
        declined=requests.declined(changes),
        history=changes,
        cards=cards(rows),
        states=addresses.states(country),
        country=country,
        practice=work.practice.name,
        patient=work.patient.first_name,
        topic=facts.topic(work),
    )


def cards(rows: Held) -> tuple[CardView, ...]:
    """List the photos of insurance cards."""
    return tuple(
        CardView(place, side, getattr(row, f"{side}_file"), getattr(row, f"{side}_added_at"))
        for place, row in sorted(rows.coverages.items())
        for side in rule.SIDES
        if getattr(row, f"{side}_file")
    )


# ---------------------------------------------------------------- what is typed and not saved
def _draft(work: Work) -> Draft | None:
    rows = select(Draft).where(
        Draft.user_id == work.person.id, Draft.chart_id == work.chart.id, Draft.slot == SLOT
    )
    return None if work.only_looks else work.session.exec(rows).first()


def _typed(work: Work) -> dict[str, tuple[str, str]]:
    draft = _draft(work)
    try:
        kept = json.loads(draft.body) if draft and draft.body else {}
    except ValueError:
        return {}
    return _sane(kept)


def _sane(typed: object) -> dict[str, tuple[str, str]]:
    """Keep of what a page or a draft says only what can be a field's two texts."""
    if not isinstance(typed, dict):
        return {}
    found = {}
    for key, pair in typed.items():
        match pair:
            case [str() as base, str() as text] if isinstance(key, str) and rule.is_field(key):
                found[key] = (base[:TYPED_MOST], text[:TYPED_MOST])
    return found


def keep_typed(work: Work, typed: Mapping[str, tuple[str, str]]) -> None:
    """Keep what is typed and could be saved; nothing typed forgets the draft."""
    draft, sane = _draft(work), _sane({k: list(v) for k, v in typed.items()})
    sane = {key: pair for key, pair in sane.items() if _could_be(work, key, pair[1])}
    if not sane:
        if draft is not None:
            work.session.delete(draft)
        return
    if draft is None:
        draft = Draft(
            user_id=work.person.id,
            chart_id=work.chart.id,
            patient_id=work.patient.id,
            slot=SLOT,
        )
    draft.body, draft.updated_at = json.dumps(sane), work.now
    work.session.add(draft)


def _could_be(work: Work, key: str, text: str) -> bool:
    try:
        facts.checked(work, key, text)
    except InvalidError:
        return False
    return True


# ---------------------------------------------------------------- saving
def save(work: Work, typed: Mapping[str, tuple[str, str]], *, reviewed: bool, source: str) -> Saved:
    """Save what was typed: all of it or nothing.

    Args:
        work: the writing unit of work.
        typed: by field, what stood there when the typing began, and what was typed.
        reviewed: whether what is reviewed waits for the practice.
        source: where the change comes from, for the history.

    Raises:
        InvalidError: a text can't be kept; ``field`` names it.
        ConflictError: somebody else has changed a field meanwhile; ``field`` names it.
    """
    rows = facts.held(work)
    known = facts.read(rows, work.practice.country)
    new = _checked(work, known, typed)
    direct = waiting = 0
    for key, (old, value) in rule.diff(known, new).items():
        if reviewed and rule.is_reviewed(key):
            requests.ask(work, key, old, value, source)
            waiting += 1
            continue
        facts.write(work, rows, key, value)
        requests.note(work, key, old, value, source)
        if not reviewed:
            requests.settle(work, key, value)
        direct += 1
    facts.tidy(work, rows)
    keep_typed(work, {})
    if direct or waiting:
        requests.announce(work)
    return Saved(direct, waiting)


def _checked(
    work: Work, known: Mapping[str, str], typed: Mapping[str, tuple[str, str]]
) -> dict[str, str]:
    country = work.practice.country
    new = {}
    for key, (base, text) in typed.items():
        now = known.get(key, "")
        if rule.clean(text) in {now, facts.shown(key, now, country)}:
            continue  # as it is: also where it was kept before these rules
        value = facts.checked(work, key, text)
        if rule.overtaken(base, facts.shown(key, now, country), facts.shown(key, value, country)):
            words = facts.in_words(work, key, now)
            told = f"It now reads “{words}”." if words else "It is empty now."
            raise ConflictError(
                f"Somebody has changed this meanwhile. {told} Save again to keep yours.", field=key
            )
        new[key] = value
    _check_names({**known, **new})
    if any(key in rule.ADDRESS for key in new):
        new |= _address({n: new.get(n, known.get(n, "")) for n in rule.ADDRESS}, country)
    return new


def _address(parts: Mapping[str, str], country: str) -> dict[str, str]:
    found = addresses.normalised(Address(**parts), country)
    return {name: getattr(found, name) for name in rule.ADDRESS}


def _check_names(merged: Mapping[str, str]) -> None:
    for place in range(1, rule.numbered(merged, "contact") + 1):
        at = f"contact.{place}"
        known = any(merged.get(f"{at}.{n}") for n in facts.CONTACT)
        if known and not merged.get(f"{at}.name"):
            raise InvalidError("Fill in the name of this person.", field=f"{at}.name")
