"""Writes the people and their conversations as FHIR R4 bundles."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from portal_app.data.demo import conversations as talk
from portal_app.data.demo.people import STAFF, DemoPerson
from portal_app.data.demo.records import record
from portal_app.data.demo.visits import DemoVisit

SEED = 20_261_123
Resource = dict[str, Any]
NAMES = {s.key: s.name for s in STAFF}
STREETS = ("2207 Orchard Lane", "42 Alder Lane")
PAYERS = ("Cascade Mutual Health", "Juniper Valley Plan", "Harbor State Insurance")
SHARE_INSURED = 0.75
PRONOUNS = {"dana": "she / her", "theo": "he / him", "zoe": "they / them"}
PRONOUNS_EXTENSION = "http://hl7.org/fhir/StructureDefinition/individual-pronouns"


def person_bundle(
    person: DemoPerson, clinician: str, now: datetime, visits: Iterable[DemoVisit] = ()
) -> Resource:
    """Write one person with the conversations, visits and health record of one chart."""
    subject = f"urn:uuid:{person.key}"
    entries = [{"fullUrl": subject, "resource": _patient(person)}]
    entries += [{"resource": c} for c in _coverages(person, subject)]
    scripts = _scripts(person, clinician)
    for number, (script, age) in enumerate(scripts):
        newest = now - timedelta(days=age, minutes=7 * number + 3)
        for index, (who, days, words) in enumerate(script.lines):
            sent = _by_day(newest - timedelta(days=days), now, number + 2 * index)
            last = index == len(script.lines) - 1
            entries.append(
                {
                    "fullUrl": f"urn:uuid:{person.key}-{clinician}-{number}-{index}",
                    "resource": _communication(
                        f"{person.key}-{clinician}-{number}",
                        script,
                        who,
                        subject,
                        clinician,
                        sent,
                        words,
                        seen=not (last and script.unread)
                        and not (last and who == talk.P and not script.done),
                    ),
                }
            )
    planned = list(visits)
    entries += [{"resource": _appointment(v, subject)} for v in planned]
    entries += [{"resource": r} for r in record(person, clinician, now, planned)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _appointment(visit: DemoVisit, subject: str) -> Resource:
    resource: Resource = {
        "resourceType": "Appointment",
        "status": "cancelled" if visit.status == "late" else visit.status,
        "serviceType": [{"text": visit.title}],
        "appointmentType": {"text": visit.mode},
        "start": visit.starts_at.isoformat(),
        "end": (visit.starts_at + timedelta(minutes=visit.minutes)).isoformat(),
        "created": (visit.starts_at - timedelta(days=21)).isoformat(),
        "participant": [
            {"actor": {"reference": subject}, "status": "accepted"},
            {
                "actor": {
                    "reference": f"urn:uuid:{visit.clinician}",
                    "display": NAMES[visit.clinician],
                },
                "status": "accepted",
            },
        ],
    }
    if visit.status == "late":
        resource["cancelationReason"] = {"text": "late"}
    return resource


def _by_day(moment: datetime, now: datetime, step: int) -> datetime:
    """Move what is older than a day to office hours on the west coast."""
    if now - moment < timedelta(days=1):
        return moment
    day = moment.replace(hour=0, minute=(7 * step) % 60, second=0, microsecond=0)
    return day + timedelta(hours=17 + step % 7)


def scripts_of(person: DemoPerson, clinician: str) -> list[talk.Script]:
    """List the conversations of a chart, in the order of their numbers."""
    return [s for s, _ in _scripts(person, clinician)]


def _scripts(person: DemoPerson, clinician: str) -> list[tuple[talk.Script, float]]:
    if person.key == "dana":
        own = talk.DANA_OSEI if clinician == "osei" else talk.DANA_BEN
        return list(zip(own, (0.1, 3.0, 14.0, 20.0, 33.0), strict=False))
    if person.key == "theo":
        return list(zip(talk.THEO, (1.0, 9.0, 40.0, 2.0), strict=True))
    fixed = {"omar": 0, "nora": 1, "hugo": 8, "ivy": 2, "peter": 0, "zoe": 12, "max": 12}
    chosen = random.Random(f"{SEED}{person.key}")  # noqa: S311 - a fixed seed, nothing secret
    if person.key in fixed:
        first = talk.POOL[fixed[person.key]]
        age = {"omar": 5.1, "nora": 0.02, "peter": 0.2, "zoe": 0.9}.get(person.key, 0.6)
        return [(first, age), (talk.POOL[5 if person.key == "omar" else 4], 11.0)]
    return [
        (script, chosen.uniform(1.5, 60.0))
        for script in chosen.sample(talk.POOL[3:8] + talk.POOL[9:], chosen.choice((0, 1, 1, 1)))
    ]


def _patient(person: DemoPerson) -> Resource:
    resource: Resource = {
        "resourceType": "Patient",
        "id": person.key,
        "name": [{"use": "official", "family": person.family, "given": [person.given]}],
        "gender": person.gender,
        "birthDate": person.born,
        "telecom": [{"system": "phone", "value": "(541) 555-0117", "use": "mobile"}],
        "address": [
            {
                "line": [STREETS[person.family[0] < "N"]],
                "city": "Ashby Falls",
                "state": "OR",
                "postalCode": "97099",
            }
        ],
    }
    if person.key in PRONOUNS:
        said = {"url": PRONOUNS_EXTENSION, "valueCodeableConcept": {"text": PRONOUNS[person.key]}}
        resource["extension"] = [said]
    name, relationship, phone = person.contact
    if name:
        resource["contact"] = [
            {
                "name": {"text": name},
                "relationship": [{"text": relationship}],
                "telecom": [{"system": "phone", "value": phone}],
            }
        ]
    return resource


def _coverages(person: DemoPerson, subject: str) -> list[Resource]:
    """Three of four people have told who pays."""
    drawn = random.Random(f"{SEED}{person.key}coverage")  # noqa: S311 - a fixed seed, no secret
    payer, number = drawn.choice(PAYERS), drawn.randrange(10**8)
    if person.key == "dana":
        payer, number = PAYERS[0], 44_821_097
    elif drawn.random() > SHARE_INSURED:
        return []
    prefix = "".join(word[0] for word in payer.split())
    return [
        {
            "resourceType": "Coverage",
            "status": "active",
            "order": 1,
            "beneficiary": {"reference": subject},
            "payor": [{"display": payer}],
            "subscriberId": f"{prefix} {number:08}",
            "class": [
                {"type": {"coding": [{"code": "group"}]}, "value": f"{number % 9000 + 1000}"}
            ],
            "relationship": {"coding": [{"code": "self"}]},
        }
    ]


def _communication(
    key: str,
    script: talk.Script,
    who: str,
    subject: str,
    clinician: str,
    sent: datetime,
    words: str,
    *,
    seen: bool,
) -> Resource:
    desk = any(w == talk.D for w, _, _ in script.lines) or (
        script.category in {"appointment", "billing", "form"}
        and all(w == talk.P for w, _, _ in script.lines)
    )
    other = (
        {"reference": "urn:uuid:desk", "display": "Front desk"}
        if desk
        else {
            "reference": f"urn:uuid:{clinician}",
            "display": NAMES[clinician],
        }
    )
    patient = {"reference": subject}
    speaker = {
        talk.P: patient,
        talk.C: {"reference": f"urn:uuid:{clinician}", "display": NAMES[clinician]},
        talk.D: {"reference": "urn:uuid:priya", "display": NAMES["priya"]},
    }[who]
    resource: Resource = {
        "resourceType": "Communication",
        "status": "completed",
        "partOf": [{"reference": f"urn:uuid:{key}"}],
        "topic": {"text": script.subject},
        "category": [{"coding": [{"code": script.category}]}],
        "subject": patient,
        "sender": speaker,
        "recipient": [other if who == talk.P else patient],
        "sent": sent.isoformat(),
        "payload": [{"contentString": words}],
    }
    if desk and who != talk.P:
        resource["sender"] = {**speaker, "type": "Front desk"}
    if seen:
        resource["received"] = (sent + timedelta(minutes=40)).isoformat()
    return resource
