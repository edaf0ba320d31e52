"""What the shell is told: plain values, made by the pages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Brand:
    """The practice as it stands in the corner of every page."""

    name: str
    strapline: str
    home: str


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the navigation; a section without permission is not passed at all.

    Args:
        label: the link's words.
        href: where it goes; also the key for `set_current` and `set_unread`.
        icon: name of its icon.
        unread: number in the badge; 0 hides it.
        count_word: what is counted, said after the number ("unread", "to do", "waiting").
        on_bar: on a phone it stands in the bar at the bottom; the rest is under More.
    """

    label: str
    href: str
    icon: str
    unread: int = 0
    count_word: str = "unread"
    on_bar: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One person or clinician in a switcher.

    Args:
        label: the name.
        href: the address of that chart; choosing is following this link.
        detail: second line ("Your son", "Billing only").
        initials: letters of the avatar; none, no avatar.
        tone: colour of the avatar, 1 to 4.
        unread: new messages in that chart, said in the second line.
        current: the one that is open.
    """

    label: str
    href: str
    detail: str = ""
    initials: str = ""
    tone: int = 1
    unread: int = 0
    current: bool = False


@dataclass(frozen=True, slots=True)
class Viewing:
    """Another person whose portal is open."""

    name: str
    initials: str
    tone: int = 2


@dataclass(frozen=True, slots=True)
class Help:
    """The practice's crisis words and telephone numbers; all are settings of the practice.

    Args:
        crisis_number: number to call or text ("988").
        emergency_number: number for danger right now ("911").
        clinician: who does not watch the page live ("Dr. Osei").
        practice_phone: as it is read ("(541) 555-0142"); empty, it is left out.
        hours: when the practice answers ("Monday to Friday, 9 AM to 5 PM").
    """

    crisis_number: str = "988"
    emergency_number: str = "911"
    clinician: str = ""
    practice_phone: str = ""
    hours: str = ""
