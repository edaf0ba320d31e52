"""Names of people: how they show, sort and are found."""

import unicodedata

_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bb\u02bc\u00b4`"), "'")
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\u0131": "i",
        "ŧ": "t",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
    }
)
"""Letters that Unicode does not take apart, as a keyboard without them types them."""


def fold(text: str) -> str:
    """Make text comparable: no case, no accents, plain apostrophes, single spaces."""
    apart = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    letters = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(letters.casefold().translate(_LETTERS).split())


def initials(name: str) -> str:
    """Give the letters of an avatar: first and last word, without titles."""
    words = [w for w in name.split() if not w.endswith(".") and w[:1].isalnum()] or name.split()
    if not words:
        return "?"
    picked = words if len(words) == 1 else [words[0], words[-1]]
    return "".join(w[0].upper() for w in picked)


def spoken(given: str, preferred: str, family: str) -> str:
    """Write a name as people say it."""
    return f"{preferred or given} {family}".strip()


def search_name(*parts: str) -> str:
    """Join given, preferred and family names for the search column."""
    return fold(" ".join(p for p in parts if p))


def possessive(name: str) -> str:
    """Say whose it is: Theo's."""
    return f"{name}’s"
