"""What the demo's people were asked, and what they answered over eighteen months."""

from dataclasses import dataclass
from random import Random
from typing import Any

PHQ9, GAD7, INTAKE = "phq-9", "gad-7", "new-patient"
SHOWN = (PHQ9, GAD7)
"""Scales whose scores the demo practice shows to its patients."""


@dataclass(frozen=True)
class DemoSeries:
    """One scale of one person: totals with the days before today on which they came."""

    person: str
    clinician: str
    key: str
    totals: tuple[tuple[int, int], ...]
    """(days ago, total), the oldest first."""
    flagged: tuple[int, ...] = ()
    """Days ago on which the last question of the PHQ-9 was answered with "several days"."""
    waits: bool = False
    """Whether the newest has not been reviewed."""


@dataclass(frozen=True)
class DemoPaper:
    """A document that is asked for now."""

    person: str
    clinician: str
    key: str
    asked_days_ago: int
    due_in_days: int | None = None
    answered: tuple[int, ...] = ()
    """Options of the first questions, where it has been begun."""
    every: str = ""


SERIES = (
    DemoSeries(
        "dana",
        "osei",
        PHQ9,
        ((527, 17), (458, 15), (385, 16), (318, 12), (246, 11), (167, 8), (97, 9), (21, 6)),
        flagged=(527,),
    ),
    DemoSeries("dana", "osei", GAD7, ((527, 14), (385, 12), (246, 10), (97, 8), (21, 7))),
    DemoSeries("dana", "ben", GAD7, ((500, 15), (381, 13), (262, 11), (141, 9), (35, 7))),
    DemoSeries("nora", "osei", PHQ9, ((410, 13), (290, 10), (168, 7), (55, 4))),
    DemoSeries("nora", "osei", GAD7, ((410, 16), (290, 12), (168, 11), (55, 8))),
    DemoSeries("luis", "osei", PHQ9, ((480, 21), (372, 19), (251, 16), (130, 12), (28, 10))),
    DemoSeries("tess", "osei", GAD7, ((349, 11), (233, 9), (120, 9), (16, 5))),
    DemoSeries(
        "ivy", "osei", PHQ9, ((301, 9), (188, 12), (77, 14), (1, 18)), flagged=(1,), waits=True
    ),
    DemoSeries("karl", "osei", PHQ9, ((266, 14), (150, 11), (2, 9)), waits=True),
    DemoSeries("omar", "ben", GAD7, ((440, 12), (311, 13), (187, 9), (62, 6))),
    DemoSeries("anja", "ben", PHQ9, ((395, 19), (274, 17), (152, 13), (31, 11))),
    DemoSeries("ines", "ben", GAD7, ((222, 10), (111, 8), (3, 8)), waits=True),
)
PENDING = (
    DemoPaper("dana", "osei", PHQ9, 2, due_in_days=5),
    DemoPaper("dana", "ben", GAD7, 1, due_in_days=8, answered=(1, 0, 2)),
    DemoPaper("nora", "osei", GAD7, 1, due_in_days=6, every="P4W"),
    DemoPaper("omar", "ben", PHQ9, 4, due_in_days=3, answered=(1, 1, 0, 2)),
    DemoPaper("luis", "osei", PHQ9, 3, due_in_days=4, every="visit"),
    DemoPaper("grace", "osei", INTAKE, 5, due_in_days=0),
    DemoPaper("lily", "osei", INTAKE, 3, due_in_days=7),
)
INTAKE_FORM: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "title": "New patient questionnaire",
    "status": "active",
    "description": "A few questions before the first visit. Skip what you would rather talk about.",
    "item": [
        {
            "linkId": "called",
            "text": "What should we call you?",
            "type": "string",
            "required": True,
            "maxLength": 80,
        },
        {
            "linkId": "before",
            "text": "Have you seen somebody like us before?",
            "type": "boolean",
            "required": True,
        },
        {
            "linkId": "when",
            "text": "When was that, and did it help?",
            "type": "text",
            "enableWhen": [{"question": "before", "operator": "=", "answerBoolean": True}],
        },
        {
            "linkId": "sleep",
            "text": "How many hours do you sleep on most nights?",
            "type": "decimal",
        },
        {"linkId": "hope", "text": "What would you like to be different?", "type": "text"},
    ],
}
INTAKES: tuple[tuple[str, str, int, dict[str, list[Any]]], ...] = (
    (
        "dana",
        "osei",
        534,
        {
            "called": ["Dana"],
            "before": [True],
            "when": ["In college, for a few months. Talking helped, the medicine did not."],
            "sleep": [5.5],
            "hope": ["To wake up without dread, and to have patience with my son."],
        },
    ),
    (
        "nora",
        "osei",
        415,
        {"called": ["Nora"], "before": [False], "hope": ["To stop checking everything twice."]},
    ),
)
"""Person, clinician, days ago, answers."""
QUESTIONS = {PHQ9: 9, GAD7: 7}


def numbers(series: DemoSeries, days_ago: int, total: int) -> tuple[int, ...]:
    """Spread a total over the questions of a scale, each from 0 to 3, the same on every machine."""
    count = QUESTIONS[series.key]
    last = (1,) if series.key == PHQ9 and days_ago in series.flagged else ()
    open_ones = count - 1 if series.key == PHQ9 else count
    chance = Random(f"{series.person}{series.clinician}{series.key}{days_ago}")  # noqa: S311
    given = [0] * open_ones
    for _ in range(total - sum(last)):
        given[chance.choice([i for i, value in enumerate(given) if value < 3])] += 1
    rest = last or ((0,) if series.key == PHQ9 else ())
    return (*given, *rest)
