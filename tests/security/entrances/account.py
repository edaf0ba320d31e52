"""Account: a person's own sign-in and what belongs to it."""

from portal_app.pages.portal.account import PANELS
from portal_app.services.records import history
from tests.security.actors import HOME
from tests.world import World


def chart(world: World) -> str:
    return world.charts["alice"]


SECTIONS = {
    "/portal/{chart}/account": (HOME, {"chart": lambda w, _: chart(w)}),
}
ACTIONS = {}
ROUTES = {
    "whether to show who opened it": ({"alice"}, lambda a, w, _: history.may_see(a, chart(w))),
    "the panels of an account": (HOME, lambda a, w, _: PANELS.load(a, chart(w))),
}
