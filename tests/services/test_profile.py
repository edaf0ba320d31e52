"""What the practice is called and its colour; open pages from then on show it."""

import pytest

from portal_app.data.schemas.profile import ProfileInput
from portal_app.rules.errors import InvalidError
from portal_app.services import identity, profile
from tests.world import World


def command(**more: str) -> ProfileInput:
    values = {"name": "Larkfield", "crisis_line": "988", "emergency_number": "911"}
    return ProfileInput.model_validate(values | more)


def test_what_is_saved_stands_at_the_door_and_in_the_head_of_pages(world: World):
    profile.save(world["owner"], command(phone="(541) 555-0142", accent="#5b2a86"))
    door = identity.door()
    assert (door.practice, door.phone) == ("Larkfield", "(541) 555-0142")
    assert "--brand:#5B2A86" in profile.sheet()
    assert profile.view(world["owner"]).profile.accent == "#5B2A86"
    profile.save(world["owner"], command())
    assert profile.sheet() == ""


def test_the_colour_is_read_when_the_program_starts(world: World):
    profile.save(world["owner"], command(accent="#5B2A86"))
    profile._State.sheet = ""
    profile.read_colour()
    assert "--brand:#5B2A86" in profile.sheet()


@pytest.mark.parametrize(
    ("more", "field"),
    [({"accent": "#FFFF00"}, "accent"), ({"crisis_line": "call us"}, "crisis_line")],
)
def test_what_cannot_be_read_or_called_is_refused_and_nothing_is_kept(
    world: World, more: dict[str, str], field: str
):
    with pytest.raises(InvalidError) as refused:
        profile.save(world["owner"], command(**more))
    assert refused.value.field == field
    assert identity.door().practice == "Test practice"
