"""What a patient may do in her portal, what new patients begin with, and what nobody may."""

from collections.abc import Iterable

from portal_app.data.schemas.family import AgesInput, DefaultsView
from portal_app.rules.errors import InvalidError
from portal_app.rules.family import AgeRules
from portal_app.rules.permissions import PORTAL, Permission, consistent
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.services.family import topics

NEEDS = Permission.PRACTICE_DEMOGRAPHICS
DECIDES = Permission.PRACTICE_SETTINGS


def kept(permissions: Iterable[Permission]) -> list[str]:
    """Give rights as they are kept: only those of the portal, each with what it needs."""
    return sorted(p.value for p in consistent(PORTAL.intersection(permissions)))


def save(actor: Actor, chart: str, permissions: Iterable[Permission]) -> frozenset[Permission]:
    """Set what the patient may do on this chart; open pages follow at once.

    Returns what is kept: a right without what it needs is dropped.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="access.rights", target=chart
    ) as work:
        work.chart.permissions = kept(permissions)
        work.session.add(work.chart)
        work.announce(topics.of_patient(work.patient.id))
        return frozenset(Permission(p) for p in work.chart.permissions)


def defaults(actor: Actor) -> DefaultsView:
    """Show what the practice has decided for all portals."""
    with access.open(actor, DECIDES) as work:
        practice = work.practice
        return DefaultsView(
            frozenset(Permission(p) for p in practice.chart_defaults),
            frozenset(Permission(p) for p in practice.portal_ceiling),
            AgeRules.of(practice.age_rules),
        )


def save_defaults(actor: Actor, begin: Iterable[Permission], ceiling: Iterable[Permission]) -> None:
    """Set what new charts begin with, and what a portal can show at all."""
    with access.open(actor, DECIDES, writes=True, action="access.defaults") as work:
        allowed = frozenset(ceiling)
        work.practice.portal_ceiling = kept(allowed)
        work.practice.chart_defaults = kept(allowed.intersection(begin))
        work.session.add(work.practice)
        work.announce(topics.PRACTICE)


def save_ages(actor: Actor, command: AgesInput) -> None:
    """Confirm the birthdays that change what parents and guardians see.

    Raises:
        InvalidError: they do not follow each other.
    """
    if command.limited_from > command.ends_at:
        raise InvalidError("This comes after the age at which access ends.", field="limited_from")
    rules = AgeRules(
        limited_from=command.limited_from,
        ends_at=command.ends_at,
        own_from=command.own_from,
        limited=consistent(PORTAL.intersection(command.limited)),
        confirmed=True,
    )
    with access.open(actor, DECIDES, writes=True, action="access.ages") as work:
        work.practice.age_rules = rules.kept()
        work.session.add(work.practice)
        work.announce(topics.PRACTICE)
