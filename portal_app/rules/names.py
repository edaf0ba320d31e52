"""Names of people: how they show, sort and are found."""

import unicodedata


def fold(text: str) -> str:
    """Make text comparable: no case, no accents, single spaces."""
    plain = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L"))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(letters.casefold().split())


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
