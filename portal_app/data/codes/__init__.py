"""Code sets that are in the public domain, and a search in the one of diagnoses.

Where they come from, and what is not here, says ``PROVENANCE``. The diagnoses are read when somebody
first asks for one, which takes about a second; after that a search takes a few milliseconds.
"""

import gzip
import re
import threading
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal_app.rules.billing.codes import CodeError, diagnosis

FOLDER = Path(__file__).parent
CODE_SET = "ICD-10-CM, April 2026"
HITS_MOST = 20
CANDIDATES_MOST = 2500
"""Lines that are compared; what is common to more of them is no search."""
FIRST_CHAPTER = "F"
"""Mental and behavioral disorders come before everything else."""
GROUP_HINTS = 4
SHORT = {
    "adhd": "attention deficit hyperactivity",
    "gad": "generalized anxiety",
    "mdd": "major depressive",
    "ocd": "obsessive compulsive",
    "ptsd": "post traumatic stress",
}
"""What clinicians say, and the code set does not."""
_WORD = re.compile(r"[a-z0-9]+")
_CODE = re.compile(r"[a-z][0-9][0-9a-z]*(?:\.[0-9a-z]*)?")


@dataclass(frozen=True)
class Diagnosis:
    """A code with its official description."""

    code: str
    description: str


class CodeSet:
    """The codes of ICD-10-CM, in an order in which the likely ones come first."""

    def __init__(self, lines: list[str]) -> None:
        """Read lines of code, 1 or 0, and description."""
        rows = sorted(
            (line.split("\t", 2) for line in lines),
            key=lambda row: (not row[0].startswith(FIRST_CHAPTER), row[0]),
        )
        billable = [row for row in rows if row[1] == "1"]
        self._groups = {row[0]: row[2] for row in rows if row[1] != "1"}
        self._codes = [row[0] for row in billable]
        self._texts = [row[2] for row in billable]
        self._at = {code: place for place, code in enumerate(self._codes)}
        self._plain = sorted((c.replace(".", ""), place) for place, c in enumerate(self._codes))
        words: dict[str, array[int]] = {}
        for place, text in enumerate(self._texts):
            for word in set(_WORD.findall(text.lower())):
                if word not in words:
                    words[word] = array("I")
                words[word].append(place)
        self._postings = words
        self._words = sorted(words)

    def __len__(self) -> int:
        """Count what can be billed."""
        return len(self._codes)

    def find(self, code: str) -> Diagnosis:
        """Give the diagnosis of a code, however it is typed.

        Raises:
            CodeError: there is no such code, or it is a group of codes that can't be billed.
        """
        wanted = diagnosis(code)
        place = self._at.get(wanted)
        if place is not None:
            return Diagnosis(wanted, self._texts[place])
        if wanted in self._groups:
            inside = ", ".join(hit.code for hit in self._begin(wanted, GROUP_HINTS))
            raise CodeError(f"{wanted} is a group. Choose one of its codes, such as {inside}.")
        raise CodeError(f"There is no diagnosis code {wanted}.")

    def search(self, query: str, most: int = HITS_MOST) -> tuple[Diagnosis, ...]:
        """Find diagnoses by the beginning of a code, or by beginnings of words."""
        asked = query.strip().lower()[:100]
        if _CODE.fullmatch(asked) or (len(asked) == 1 and asked.isalpha()):
            found = self._begin(asked.upper(), most)
            if found:
                return found
        words = _WORD.findall(SHORT.get(asked, asked))
        told = [word for word in words if len(word) > 1]
        if not told:
            return ()
        having = sorted((self._having(word) for word in told), key=len)
        places = set.intersection(*having)
        hits = [self._rank(place, asked) for place in sorted(places)[:CANDIDATES_MOST]]
        return tuple(self._told(place) for *_, place in sorted(hits)[:most])

    def _rank(self, place: int, asked: str) -> tuple[bool, bool, int, int]:
        text = self._texts[place]
        first = self._codes[place].startswith(FIRST_CHAPTER)
        return not first, not text.lower().startswith(asked), len(text), place

    def _begin(self, code: str, most: int) -> tuple[Diagnosis, ...]:
        start = code.replace(".", "")
        at = bisect_left(self._plain, (start, 0))
        found: list[Diagnosis] = []
        for plain, place in self._plain[at : at + most]:
            if not plain.startswith(start):
                break
            found.append(self._told(place))
        return tuple(found)

    def _having(self, word: str) -> set[int]:
        at = bisect_left(self._words, word)
        end = bisect_left(self._words, word + "\uffff")
        return set().union(*(self._postings[found] for found in self._words[at:end]))

    def _told(self, place: int) -> Diagnosis:
        return Diagnosis(self._codes[place], self._texts[place])


class _State:
    lock = threading.Lock()
    diagnoses: CodeSet | None = None


def diagnoses() -> CodeSet:
    """Give the code set; the first to ask waits until it is read."""
    with _State.lock:
        if _State.diagnoses is None:
            packed = (FOLDER / "icd10cm_2026apr.tsv.gz").read_bytes()
            _State.diagnoses = CodeSet(gzip.decompress(packed).decode().splitlines()[1:])
        return _State.diagnoses


@cache
def places_of_service() -> Mapping[str, str]:
    """Give the places of a service: 11 -> Office."""
    return _table("place_of_service.tsv")


@cache
def states() -> Mapping[str, str]:
    """Give the states by their two letters."""
    return _table("us_states.tsv")


def _table(name: str) -> Mapping[str, str]:
    lines = (FOLDER / name).read_text("utf-8").splitlines()[1:]
    return dict(line.split("\t", 1) for line in lines if line)
