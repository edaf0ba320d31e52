"""The page of a superbill, from what was kept when it was made."""

import json
from datetime import date
from typing import Any

from portal_app.data.codes import places_of_service
from portal_app.data.models import Superbill
from portal_app.integrations import pdf
from portal_app.integrations.money import money
from portal_app.rules.billing.superbills import pointed
from portal_app.rules.demographics import GENDERS, HOLDERS

MODIFIER_WORDS = {"95": "live video", "93": "by phone", "GT": "live video"}


def html_of(row: Superbill, practice: str) -> str:
    """Fill the page."""
    said = json.loads(row.snapshot)
    unit = said["currency"]
    names = {c["key"]: c["name"].split(" ")[-1] for c in said["clinicians"]}
    lines = [_line(line, names, unit) for line in said["lines"]]
    fees, paid, off = (sum(line[key] for line in said["lines"]) for key in ("fee", "paid", "off"))
    totals = [("Total fees", money(fees, unit)), ("Paid by patient", money(paid, unit))]
    if off:
        totals.append(("Taken off by the practice", money(off, unit)))
    return pdf.page(
        "superbill.html",
        title="Superbill",
        practice=said["practice"]["name"] or practice,
        about=f"Superbill {row.number}",
        made=long_day(row.made_on),
        number=row.number,
        replaces=row.replaces_number,
        span=span(row.first_day, row.last_day),
        house=said["practice"],
        patient=_patient(said["patient"]),
        clinicians=said["clinicians"],
        lines=lines,
        totals=totals,
        balance=money(fees - paid - off, unit),
        payments=[
            (short_day(p["day"]), p["words"], money(p["amount"], unit)) for p in said["payments"]
        ],
        diagnoses=[
            ("ABCDEFGHIJKL"[place], code, words if said["shows_descriptions"] else "")
            for place, (code, words) in enumerate(said["diagnoses"])
        ],
        code_set=said["code_set"],
        legend=_legend(said["lines"]),
    )


def _line(line: dict[str, Any], names: dict[str, str], unit: str) -> dict[str, Any]:
    return {
        "day": short_day(line["served_on"]),
        "code": line["code"],
        "modifiers": " ".join(line["modifiers"]),
        "place": line["place"],
        "service": line["description"],
        "pointers": pointed(line["pointers"]),
        "clinician": names.get(line["clinician"], ""),
        "units": line["units"],
        "fee": money(line["fee"], unit),
        "paid": money(line["paid"], unit),
    }


def _patient(said: dict[str, Any]) -> dict[str, Any]:
    plans = [
        plan | {"relation": HOLDERS.get(plan["relation"], plan["relation"]).lower()}
        for plan in said["insurance"]
    ]
    gender = said["gender"] if said["gender"] in {"female", "male", "other"} else ""
    return said | {
        "born": short_day(said["birth_date"]),
        "gender": GENDERS.get(gender, ""),
        "insurance": plans,
    }


def _legend(lines: list[dict[str, Any]]) -> str:
    """Say what the places and the usual modifiers on this page mean."""
    places = sorted({str(line["place"]) for line in lines})
    told = [f"Place {place}: {places_of_service().get(place, '').lower()}." for place in places]
    used = sorted({m for line in lines for m in line["modifiers"]} & set(MODIFIER_WORDS))
    told += [f"Mod. {modifier}: {MODIFIER_WORDS[modifier]}." for modifier in used]
    return " ".join(told)


def short_day(value: str) -> str:
    """Write a day as forms of insurance companies do: 11/03/2026."""
    return f"{date.fromisoformat(value):%m/%d/%Y}"


def long_day(value: date) -> str:
    """Write a day in words: November 23, 2026."""
    return f"{value:%B} {value.day}, {value.year}"


def span(first: date, last: date) -> str:
    """Write a range: October 1 to November 23, 2026."""
    begin = f"{first:%B} {first.day}" if first.year == last.year else long_day(first)
    return f"{begin} to {long_day(last)}"
