"""The words of notices by mail: the same for what is sent and for what is shown beforehand."""

from collections.abc import Iterable

FAREWELL = "Please don’t answer this mail."


def notice(first: str, doing: str, link: str) -> str:
    """Write a notice that says no word of what it is about.

    Args:
        first: one sentence that says that there is something.
        doing: what to do at the link ("Sign in to see it").
        link: the address.
    """
    return "\n".join([first, "", f"{doing}:", link, "", FAREWELL])


def new_message(practice: str, link: str) -> str:
    """Write the notice of a new message."""
    return notice(
        f"You have a new message from {practice}.", "Sign in to read it and to answer", link
    )


def with_words(text: str, words: Iterable[str]) -> str:
    """Put the words of messages into their notice."""
    first, rest = text.split("\n", 1)
    return "\n\n".join([first, *words, rest.lstrip("\n")])


def visit_soon(link: str) -> str:
    """Write the reminder of a visit."""
    return notice(
        "You have an appointment coming up.",
        "See when and where, confirm it or cancel it",
        link,
    )


def with_details(text: str, details: str) -> str:
    """Put what is known of a visit in the place of the sentence that only says there is one."""
    _, rest = text.split("\n", 1)
    return f"{details}\n{rest}"
