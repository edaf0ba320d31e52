"""What the practice is called, how it is reached, and its colour."""

from portal_app.data.models import Practice
from portal_app.data.schemas.profile import ProfileInput, ProfileView
from portal_app.rules import colour
from portal_app.rules.errors import InvalidError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services.schedule import settings

NEEDS = Permission.PRACTICE_SETTINGS


class _State:
    sheet = ""


def view(actor: Actor) -> ProfileView:
    """Show what the practice is called, and where visits happen."""
    with access.open(actor, NEEDS) as work:
        kept = {name: getattr(work.practice, name) for name in ProfileInput.model_fields}
        profile = ProfileInput.model_construct(**kept)
    return ProfileView(profile, settings.locations(actor))


def save(actor: Actor, command: ProfileInput) -> None:
    """Save it; pages that are opened from now on show it.

    Raises:
        InvalidError: nobody could read words in that colour, or a number is no number.
    """
    accent = colour.checked(command.accent)
    for name in ("crisis_line", "emergency_number"):
        number = getattr(command, name)
        if not number.replace("-", "").replace(" ", "").isdigit():
            raise InvalidError("Write the number with digits.", field=name)
    with access.open(actor, NEEDS, writes=True, action="settings.practice") as work:
        for name, value in command.model_dump().items():
            setattr(work.practice, name, value.strip())
        work.practice.accent = accent
        work.session.add(work.practice)
    _State.sheet = colour.sheet(accent)


def read_colour() -> None:
    """Read the practice's colour once, when the program starts."""
    with open_system("the practice's colour", writes=False) as work:
        practice = work.session.get(Practice, 1)
        _State.sheet = colour.sheet(practice.accent) if practice else ""


def sheet() -> str:
    """Give the style of the practice's colour for the head of a page; asked on the event loop."""
    return _State.sheet
