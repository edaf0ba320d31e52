"""Wording and codes that say that something is not there: never to be shown as present."""

import re

from portal_app.integrations.ccda.markup import Element, attribute

NOT_PRESENT = frozenset(
    {
        "716186003",  # no known allergy
        "160244002",  # no known allergies
        "409137002",  # no known history of drug allergy
        "429625007",  # no known food allergy
        "428607008",  # no known environmental allergy
        "428197003",  # no known insect allergy
        "1003774007",  # no known latex allergy
        "160245001",  # no current problems or disability
        "182849000",  # no drug therapy prescribed
        "416128008",  # no past history of procedure
    }
)
"""SNOMED CT findings of absence."""
_SNOMED = "2.16.840.1.113883.6.96"
_WORDS = re.compile(
    r"(?:(?:there (?:are|is) )?(?:currently )?no (?:known|current|active|relevant|significant|"
    r"recorded|documented|reported|pertinent) .{2,80}"
    r"|no (?:(?:[\w/-]+ ){0,5})(?:data|information|records?|entries|details)(?: .{0,60})?"
    r"|no (?:[\w/-]+ ){1,5}(?:is |are |were |has been |have been )?(?:on file|indicated|recorded|"
    r"documented|reported|available|applicable|known|found|entered|noted|given|provided|performed)"
    r"|no (?:drug |food |medication |other )?(?:allergies|allergy|problems|diagnoses|medications|"
    r"medicines|immunizations|procedures|encounters|results|vital signs)"
    r"|(?:[\w/-]+ ){0,3}not (?:documented|recorded|on file|available)"
    r"|none(?: known| recorded| reported| documented| on file| indicated)?"
    r"|nil(?: known)?|nk[dfm]?a|denies .{2,80}|patient denies .{2,80}"
    r"|not applicable|no information)",
    re.IGNORECASE,
)


def says_absent(words: str) -> bool:
    """Tell whether words as a whole say that something is not there."""
    return bool(_WORDS.fullmatch(words.strip(" .!-–()[]*")[:200]))


def coded_absent(concept: Element | None) -> bool:
    """Tell whether a code does."""
    is_snomed = attribute(concept, "codeSystem") == _SNOMED
    return is_snomed and attribute(concept, "code") in NOT_PRESENT
