"""The areas of the settings, and the navigation between those that a person may open."""

from portal_app.components.tabs import Tab, folders
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.pages.framework.visit import Visit
from portal_app.rules.permissions import Permission

AREAS = (
    ("practice", "Practice", Permission.PRACTICE_SETTINGS),
    ("clinicians-and-staff", "Clinicians and staff", Permission.PRACTICE_PROFILE),
    ("visit-types", "Visit types", Permission.PRACTICE_SETTINGS),
    ("availability", "Availability", Permission.PRACTICE_SCHEDULE),
    ("booking-rules", "Booking rules", Permission.PRACTICE_SCHEDULE),
    ("portal-defaults", "Portal defaults", Permission.PRACTICE_SETTINGS),
    ("messages", "Messages", Permission.PRACTICE_SETTINGS),
    ("services-and-fees", "Services and fees", Permission.PRACTICE_SETTINGS),
    ("payments", "Payments", Permission.PRACTICE_BILLING),
    ("forms-and-consents", "Forms and consents", Permission.PRACTICE_FORMS),
    ("notices", "Notices", Permission.PRACTICE_SETTINGS),
    ("security", "Security", Permission.PRACTICE_STAFF),
    ("backup", "Backup", Permission.PRACTICE_STAFF),
    ("set-up", "Set up", Permission.PRACTICE_STAFF),
)
"""Word of the address, words on screen, and what the area needs."""


def settings_head(visit: Visit, area: str, title: str, lead: str = "") -> Tag:
    """Draw the areas, the title of the open one, and give the box for its buttons."""
    tabs = [
        Tab(words, f"/practice/settings/{key}", key == area)
        for key, words, needs in AREAS
        if needs in visit.permissions
    ]
    folders("Areas", tabs)
    with Tag("div", "lw-page-h"):
        with Tag("div"):
            h1(title)
            if lead:
                Tag("p", "lw-lead", lead)
        return Tag("div", "lw-act")
