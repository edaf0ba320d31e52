"""Writes the health records of the demo's people as FHIR R4 resources.

The same on every machine: a fixed seed a person, and dates that count back from today.
"""

import base64
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from portal_app.data.demo import illnesses as ill
from portal_app.data.demo.illnesses import Illness, Medicine, Theme
from portal_app.data.demo.people import STAFF, DemoPerson
from portal_app.data.demo.visits import DemoVisit

Resource = dict[str, Any]
SEED = 20_261_124
NAMES = {s.key: s.name for s in STAFF}
GROWN = 18
SUMMARIES = 14
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
DANA = (
    Medicine("Sertraline 100 mg tablet", "1 tablet every morning with food", "Mood", "312938"),
    Medicine("Bupropion XL 150 mg tablet", "1 tablet every morning. Swallow it whole", "Energy"),
    Medicine("Trazodone 50 mg tablet", "Half a tablet at bedtime when needed", "Sleep"),
)
DANA_THEME = Theme((ill.DEPRESSION, ill.INSOMNIA), DANA, ill.THEMES[0].notes)
THERAPY_NOTES = (
    (
        "We went through the week with the worksheet. The thought about letting people down came up "
        "twice, and the second time it was answered on paper."
    ),
    "We practised breathing out longer than in, and planned two things for the weekend.",
    "The talk with the supervisor went as rehearsed. We looked at what was feared and what came.",
    "A heavy week. We kept to small steps: getting up at seven, one call, one walk.",
)


def record(
    person: DemoPerson, clinician: str, now: datetime, visits: Iterable[DemoVisit]
) -> list[Resource]:
    """Write the record of one chart."""
    dice = random.Random(f"{SEED}{person.key}{clinician}")  # noqa: S311 - a fixed seed, nothing secret
    writer = _Writer(person, clinician, now, dice)
    past = [v for v in visits if v.status == "fulfilled" and v.starts_at <= now]
    return list(writer.everything(sorted(past, key=lambda v: v.starts_at)))


class _Writer:
    """Writes resources of one chart."""

    def __init__(
        self, person: DemoPerson, clinician: str, now: datetime, dice: random.Random
    ) -> None:
        self.person, self.clinician, self.now, self.dice = person, clinician, now, dice
        self.today = now.date()
        self.age = (self.today - date.fromisoformat(person.born)).days // 365
        self.number = 0
        pool = ill.YOUNG if self.age < GROWN else ill.THEMES
        theme = DANA_THEME if person.key == "dana" else dice.choice(pool)
        self.theme: Theme = theme
        self.besides: Illness | None = None
        if person.key != "dana" and dice.random() < 0.6:
            self.besides = ill.ASTHMA if self.age < GROWN else dice.choice(ill.BESIDES)

    def everything(self, past: list[DemoVisit]) -> Iterator[Resource]:
        yield from self._conditions()
        yield from self._allergies()
        yield from self._visits(past)
        if self.clinician == "ben":
            return
        yield from self._medicines()
        yield from self._laboratory()
        yield from self._vitals(past)
        yield from self._vaccines()
        yield self._letter()

    def _day(self, ago: int) -> str:
        return (self.today - timedelta(days=ago)).isoformat()

    def _resource(self, kind: str, **told: Any) -> Resource:
        self.number += 1
        subject = "patient" if kind in {"AllergyIntolerance", "Immunization"} else "subject"
        return {
            "resourceType": kind,
            "id": f"{self.person.key}-{self.clinician}-{self.number}",
            subject: {"reference": f"urn:uuid:{self.person.key}"},
            **told,
        }

    def _by(self) -> Resource:
        return {"display": NAMES[self.clinician]}

    def _conditions(self) -> Iterator[Resource]:
        held = [*self.theme.illnesses, *([self.besides] if self.besides else [])]
        for illness in held:
            begun = self.dice.randint(560, 2400)
            yield self._condition(illness, begun)
        if self.dice.random() < 0.4 and self.person.key != "dana":
            past = Illness("Sinus infection", "36971009", "J01.90")
            begun = self.dice.randint(120, 480)
            yield self._condition(past, begun, gone=begun - self.dice.randint(10, 21))

    def _condition(self, illness: Illness, begun: int, gone: int = 0) -> Resource:
        state = "resolved" if gone else "active"
        condition = self._resource(
            "Condition",
            clinicalStatus=_codes(
                ("http://terminology.hl7.org/CodeSystem/condition-clinical", state, "")
            ),
            verificationStatus=_codes(
                ("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed", "")
            ),
            code=_codes(
                (ill.SNOMED, illness.snomed, illness.name),
                (ill.ICD10, illness.icd10, illness.name),
                text=illness.name,
            ),
            onsetDateTime=self._day(begun),
            recordedDate=self._day(begun - 10),
            recorder=self._by(),
        )
        if gone:
            condition["abatementDateTime"] = self._day(gone)
        return condition

    def _allergies(self) -> Iterator[Resource]:
        known = [ill.ALLERGIES[0]] if self.person.key == "dana" else []
        if not known and self.dice.random() < 0.55:
            known = self.dice.sample(ill.ALLERGIES, self.dice.choice((1, 1, 2)))
        if not known:
            name, code = ill.NO_ALLERGY
            told = _codes((ill.SNOMED, code, name), text=name)
            yield self._allergy(told)
        for name, code, reaction, severity in known:
            told = _codes((ill.SNOMED, code, f"Allergy to {name.lower()}"), text=name)
            shown = {"manifestation": [{"text": reaction}], "severity": severity}
            yield self._allergy(told) | {"reaction": [shown]}

    def _allergy(self, told: Resource) -> Resource:
        system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
        return self._resource(
            "AllergyIntolerance",
            clinicalStatus=_codes((system, "active", "")),
            code=told,
            recordedDate=self._day(self.dice.randint(400, 900)),
        )

    def _medicines(self) -> Iterator[Resource]:
        held = list(self.theme.medicines)
        if self.besides and self.besides in ill.FOR_BESIDES:
            held.append(ill.FOR_BESIDES[self.besides])
        tried = self.dice.choice((ill.FLUOXETINE, ill.ESCITALOPRAM))
        if self.age >= GROWN and tried not in held:
            begun = self.dice.randint(300, 520)
            yield self._medicine(tried, begun, stopped=begun - self.dice.randint(40, 90))
        for number, medicine in enumerate(held):
            newest = 21 if self.person.key == "dana" else self.dice.randint(15, 200)
            begun = newest if number == 0 else self.dice.randint(60, 400)
            yield self._medicine(medicine, begun)

    def _medicine(self, medicine: Medicine, begun: int, stopped: int = 0) -> Resource:
        codes = [(ill.RXNORM, medicine.rxnorm, medicine.name)] if medicine.rxnorm else []
        ends = {"end": self._day(stopped)} if stopped else {}
        told = self._resource(
            "MedicationRequest",
            status="stopped" if stopped else "active",
            intent="order",
            medicationCodeableConcept=_codes(*codes, text=medicine.name),
            authoredOn=self._day(begun),
            requester=self._by(),
            reasonCode=[{"text": medicine.reason}],
            dosageInstruction=[
                {
                    "text": medicine.dose,
                    "timing": {"repeat": {"boundsPeriod": {"start": self._day(begun), **ends}}},
                }
            ],
            dispenseRequest={
                "numberOfRepeatsAllowed": self.dice.choice((0, 1, 2, 3)),
                "quantity": {"value": medicine.amount},
            },
        )
        if stopped:
            told["statusReason"] = {
                "text": self.dice.choice(("It made sleep worse", "It did not help enough"))
            }
        return told

    def _laboratory(self) -> Iterator[Resource]:
        if self.age < 10:
            return
        names = [*ill.PANEL, *self.theme.tests, "hemoglobin"]
        level = {n: self.dice.uniform(0.25, 0.8) for n in names}
        if self.person.key == "dana":
            level |= {"cholesterol": 1.12, "ldl": 1.05}
        elif self.dice.random() < 0.4:
            level[self.dice.choice(ill.PANEL)] = self.dice.choice((-0.1, 1.15))
        first = 15 if self.person.key == "dana" else self.dice.randint(8, 80)
        for round_, ago in enumerate(range(first, 540, 130)):
            for name in dict.fromkeys(names):
                if round_ % 2 and name in {"cholesterol", "ldl", "hemoglobin"}:
                    continue
                drift = self.dice.uniform(-0.09, 0.09) + 0.02 * round_
                yield self._result(name, level[name] + drift, ago)
        if self.person.key == "dana":
            # the laboratory has not confirmed it yet, so the practice has not released it
            yield self._result("vitamin_d", -0.08, 2, status="preliminary")

    def _result(self, name: str, level: float, ago: int, status: str = "final") -> Resource:
        test = ill.TESTS[name]
        value = round(test.low + level * (test.high - test.low), test.decimals)
        flag = "H" if value > test.high else "L" if value < test.low else "N"
        quantity = {"unit": test.unit, "system": "http://unitsofmeasure.org", "code": test.unit}
        taken = f"{self._day(ago)}T16:{self.dice.randint(10, 50)}:00Z"
        system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
        return self._resource(
            "Observation",
            status=status,
            category=[_category("laboratory")],
            code=_codes((ill.LOINC, test.loinc, test.name), text=test.name),
            effectiveDateTime=taken,
            performer=[{"display": "Ashby Falls Laboratory"}],
            valueQuantity={"value": value if test.decimals else int(value), **quantity},
            interpretation=[_codes((system, flag, ""))],
            referenceRange=[
                {
                    "low": {"value": test.low, "unit": test.unit},
                    "high": {"value": test.high, "unit": test.unit},
                }
            ],
        )

    def _vitals(self, past: list[DemoVisit]) -> Iterator[Resource]:
        weight = self.dice.uniform(56, 92) if self.age >= 16 else 14 + 3.1 * self.age
        height = self.dice.uniform(157, 186) if self.age >= 16 else 78 + 5.9 * self.age
        for visit in past[-1::-2][:8]:
            if visit.mode == "video":
                continue
            when = visit.starts_at.isoformat()
            weight += self.dice.uniform(-0.9, 0.9)
            yield self._vital("29463-7", "Body weight", when, round(weight, 1), "kg")
            yield self._vital("8867-4", "Heart rate", when, self.dice.randint(60, 88), "/min")
            yield self._pressure(when)
        if past:
            when = past[-1].starts_at.isoformat()
            yield self._vital("8302-2", "Body height", when, round(height, 1), "cm")
            bmi = round(weight / (height / 100) ** 2, 1)
            yield self._vital("39156-5", "BMI", when, bmi, "kg/m2")

    def _vital(self, loinc: str, name: str, when: str, value: float, unit: str) -> Resource:
        return self._resource(
            "Observation",
            status="final",
            category=[_category("vital-signs")],
            code=_codes((ill.LOINC, loinc, name), text=name),
            effectiveDateTime=when,
            valueQuantity=_ucum(value, unit),
        )

    def _pressure(self, when: str) -> Resource:
        upper = self.dice.randint(104, 124 + self.age // 4)
        parts = (
            ("8480-6", "Systolic blood pressure", upper),
            ("8462-4", "Diastolic blood pressure", upper * 2 // 3),
        )
        return self._resource(
            "Observation",
            status="final",
            category=[_category("vital-signs")],
            code=_codes((ill.LOINC, "85354-9", "Blood pressure"), text="Blood pressure"),
            effectiveDateTime=when,
            component=[
                {
                    "code": _codes((ill.LOINC, code, name), text=name),
                    "valueQuantity": _ucum(value, "mm[Hg]"),
                }
                for code, name, value in parts
            ],
        )

    def _vaccines(self) -> Iterator[Resource]:
        pool = ill.VACCINES_YOUNG if self.age < GROWN else ill.VACCINES_ADULT
        for number, (name, code) in enumerate(pool):
            ago = self.dice.randint(20, 300) if number == 0 else self.dice.randint(400, 1500)
            refused = number == 2 and self.dice.random() < 0.15
            told = self._resource(
                "Immunization",
                status="not-done" if refused else "completed",
                vaccineCode=_codes((ill.CVX, code, name), text=name),
                occurrenceDateTime=self._day(ago),
                performer=[{"actor": {"display": "Ashby Falls Clinic"}}],
            )
            if refused:
                told["statusReason"] = {"text": "Did not want it"}
            yield told

    def _visits(self, past: list[DemoVisit]) -> Iterator[Resource]:
        notes = THERAPY_NOTES if self.clinician == "ben" else self.theme.notes
        main = self.theme.illnesses[0].name
        for number, visit in enumerate(past[-SUMMARIES:]):
            ends = visit.starts_at + timedelta(minutes=visit.minutes)
            words = notes[(number + self.age) % len(notes)]
            way = ("VR", "Video") if visit.mode == "video" else ("AMB", "At the practice")
            encounter = self._resource(
                "Encounter",
                status="finished",
                type=[{"text": visit.title}],
                period={"start": visit.starts_at.isoformat(), "end": ends.isoformat()},
                reasonCode=[{"text": main}],
                participant=[{"individual": self._by()}],
                text={
                    "status": "additional",
                    "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{words}</p></div>',
                },
            )
            system = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
            encounter["class"] = {"system": system, "code": way[0], "display": way[1]}
            if self.person.key == "maya" and number % 3 == 0:
                # what she has said in confidence: hers to see, not her father's
                encounter["meta"] = {"security": [{"system": CONFIDENTIALITY, "code": "R"}]}
            yield encounter

    def _letter(self) -> Resource:
        ago = self.dice.randint(30, 240)
        name = f"{self.person.given} {self.person.family}"
        lines = [
            "Larkfield Psychiatry",
            "Ashby Falls, Oregon",
            "",
            f"About {name}",
            f"Date {self._day(ago)}",
            "",
            "To whom it may concern,",
            "",
            f"{name} is a patient of this practice. Visits take place about once a month,",
            "and they are best placed in the first half of the day.",
            "",
            NAMES[self.clinician],
        ]
        title = "Letter to school" if self.age < GROWN else "Letter to your employer"
        attachment = {
            "contentType": "application/pdf",
            "title": f"{title}.pdf",
            "data": base64.b64encode(_pdf(lines)).decode(),
        }
        return self._resource(
            "DocumentReference",
            status="current",
            type={"text": title},
            date=f"{self._day(ago)}T18:00:00Z",
            author=[self._by()],
            content=[{"attachment": attachment}],
        )


def _codes(*codes: tuple[str, str, str], text: str = "") -> Resource:
    coding = [
        {"system": system, "code": code, **({"display": display} if display else {})}
        for system, code, display in codes
    ]
    return {**({"coding": coding} if coding else {}), **({"text": text} if text else {})}


def _category(code: str) -> Resource:
    return _codes(("http://terminology.hl7.org/CodeSystem/observation-category", code, ""))


def _ucum(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def _pdf(lines: list[str]) -> bytes:
    """Set lines in one page; letters outside of Western Europe lose their marks."""
    shown = "\n".join(f"({_escaped(line)}) Tj T*" for line in lines)
    text = f"BT /F1 12 Tf 72 720 Td 18 TL\n{shown}\nET".encode("cp1252", "replace")
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
            b"/Resources<</Font<</F1 5 0 R>>>>>>"
        ),
        b"<</Length %d>>stream\n%b\nendstream" % (len(text), text),
        font,
    )
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%b endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + table + tail


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
