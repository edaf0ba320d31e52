"""The rating scales: the rule of each, and the text of those whose text may be handed on.

One JSON file each: `rule` is read by `rules.documents.scoring.instrument`, `questionnaire` is a FHIR
R4 Questionnaire. A scale without the latter is scored once a practice has imported its text under
rights of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal_app.rules.documents.scoring import Instrument, instrument


@dataclass(frozen=True)
class Scale:
    """What is known of a rating scale."""

    rule: Instrument
    questionnaire: Mapping[str, Any] | None


@cache
def scales() -> Mapping[str, Scale]:
    """Give every scale by its key ("phq-9")."""
    found: dict[str, Scale] = {}
    for file in sorted(Path(__file__).parent.glob("*.json")):
        raw = json.loads(file.read_text("utf-8"))
        found[file.stem] = Scale(instrument(raw["rule"]), raw.get("questionnaire"))
    return found


def rule_of(key: str) -> Instrument | None:
    """Give the rule of a scale; None for no scale."""
    found = scales().get(key)
    return found.rule if found else None
