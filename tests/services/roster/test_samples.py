"""Every client list of the samples gives what is expected of it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal_app.data.schemas.roster import Judged
from portal_app.integrations import client_list
from portal_app.integrations.tables import as_csv
from portal_app.rules.roster import Outcome
from portal_app.services.roster import judging

TODAY = date(2026, 11, 24)
LISTS = (
    "simplepractice_clients.csv",
    "therapynotes_patients.csv",
    "luminello_charts.csv",
    "jane_patients.csv",
    "openemr_patient_data.tsv",
    "excel_semantic_mess.csv",
)


def judged(samples: Path, name: str) -> tuple[client_list.ClientList, dict[int, Judged]]:
    text, encoding = client_list.decode((samples / "csv" / name).read_bytes())
    found = client_list.read(text, encoding)
    plan = client_list.mapping(found.columns)
    setting = judging.Setting(TODAY, "US", {"h": "Hanna Lindqvist", "p": "Paolo Marchetti"}, {})
    return found, {j.number: j for j in judging.judge(found, plan, setting)}


def expected(samples: Path, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((samples / "csv" / "expected.json").read_text())
    assert set(told) == set(LISTS)
    return told[name]  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", LISTS)
def test_what_becomes_of_each_row(samples: Path, name: str):
    wanted = expected(samples, name)
    found, rows = judged(samples, name)
    assert found.delimiter == wanted["delimiter"]
    assert found.encoding == wanted["encoding"]
    assert len(rows) == wanted["data_rows"]
    assert sum(r.outcome is Outcome.ADD for r in rows.values()) == wanted["create"]
    twins = {n: r.of_row for n, r in rows.items() if r.outcome is Outcome.DUPLICATE}
    assert twins == {d["row"]: d["of_row"] for d in wanted["duplicates"]}
    for entry in wanted["reject"]:
        assert rows[entry["row"]].outcome in {Outcome.REJECT, Outcome.SKIP}
        assert rows[entry["row"]].why
    for entry in wanted.get("warn", []):
        row = rows[entry["row"]]
        assert row.why or row.notes
    assert list(map(list, judging.families(tuple(rows.values())))) == wanted.get("family", [])


def told(row: Judged) -> dict[str, Any]:
    """What the row says, in the words of the expectations."""
    person = row.person
    number, _, extension = (person.phone or person.phone_work).partition(";ext=")
    return {
        "birth_date": person.birth_date and person.birth_date.isoformat(),
        "phone": number,
        "phone_extension": extension,
        "work_extension": person.phone_work.partition(";ext=")[2],
        "first_name": person.first,
        "last_name": person.last,
        "suffix": person.suffix,
        "preferred_name": person.preferred,
        "guardian": person.guardian,
        "minor": person.is_minor,
        "email": person.email or None,
        "emails": len(person.emails),
        "status": "inactive" if person.is_inactive else "active",
        "state": person.state,
        "postal_code": person.postal_code,
        "country": person.country,
        "invite": person.wants_invitation,
        "gender": person.gender_words,
        "deceased": person.is_deceased,
        "allow_email": person.allows_email,
        "allow_sms": person.allows_texts,
        "notes_has_newline": "\n" in person.notes,
        "comments_must_be": as_csv([[person.notes]])
        .decode("utf-8-sig")
        .startswith("\"'=HYPERLINK"),
    }


@pytest.mark.parametrize("name", LISTS)
def test_single_values(samples: Path, name: str):
    _, rows = judged(samples, name)
    for spot in expected(samples, name)["spot"]:
        got = told(rows[spot["row"]])
        for key, value in spot.items():
            if key in {"row", "note"}:
                continue
            if key == "shares_email_with_row":
                assert got["email"] == told(rows[value])["email"]
            else:
                want = True if key == "comments_must_be" else value
                assert got[key] == want, (spot["row"], key)


def test_nobody_who_has_died_is_invited(samples: Path):
    _, rows = judged(samples, "jane_patients.csv")
    assert not rows[3].person.wants_invitation
    assert all(r.person.clinician == "h" for r in rows.values())


def test_every_name_of_a_column_is_known(samples: Path):
    names = json.loads((samples / "csv" / "column_aliases.json").read_text())["fields"]
    for field, words in names.items():
        for word in words:
            (got,) = client_list.mapping([word]).values()
            assert got == field or word in {
                "Gender",
                "contact_relationship",
                "Contact Relationship",
            }
