"""Whose portal is seen, and who is let into it."""

from portal_app.data.models import PortalView
from portal_app.services import seeing, testing
from tests.security.actors import ROSTER

A = "alice"
WRITTEN = (PortalView,)
EDITORS = {"owner", "own", "desk"}
"""Who of the practice changes who Alice is."""
ACTIONS = {
    "seeing.start": (ROSTER, lambda a, w, _: seeing.start(a, w.charts[A])),
    "seeing.stop": (ROSTER, lambda a, w, _: seeing.stop(a, w.charts[A])),
    "testing.create": (EDITORS | {"other"}, lambda a, *_: testing.create(a)),
}
ROUTES = {
    "as whom a portal is seen": (ROSTER, lambda a, w, _: seeing.people(a, w.charts[A])),
}
