"""Words that a conversation is found by."""

import re

from portal_app.rules.names import fold

_WORD = re.compile(r"[^\W_]{2,}")
LONGEST = 32
PREFIXES = range(3, 7)


def words(text: str) -> frozenset[str]:
    """Give the words of a text, folded, of two characters or more."""
    return frozenset(w[:LONGEST] for w in _WORD.findall(fold(text)))


def prefixes(text: str) -> frozenset[str]:
    """Give the beginnings of three to six letters of a text's words."""
    return frozenset(w[:n] for w in words(text) for n in PREFIXES if len(w) > n)
