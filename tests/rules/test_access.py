"""Who may do what, against the sixteen rights and the roles as the product's rules name them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.access import (
    ChartFacts,
    Facts,
    GrantFacts,
    PatientStatus,
    Role,
    StaffFacts,
    allows,
    effective,
    staff_permissions,
)
from portal_app.rules.permissions import BOXES, PORTAL, REQUIRES, Permission, consistent

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
STEP = timedelta(microseconds=1)
SIXTEEN = [
    "messages.read",
    "messages.send",
    "schedule.view",
    "schedule.book",
    "schedule.change",
    "demographics.edit",
    "records.view",
    "records.download",
    "billing.view",
    "billing.pay",
    "billing.cards",
    "billing.superbill",
    "documents.fill",
    "documents.sign",
    "instructions.view",
    "share.proxy",
]
NEEDS = {
    "messages.send": "messages.read",
    "schedule.book": "schedule.view",
    "schedule.change": "schedule.view",
    "records.download": "records.view",
    "billing.pay": "billing.view",
    "billing.cards": "billing.view",
    "billing.superbill": "billing.view",
    "documents.sign": "documents.fill",
}
WRITES = [
    "messages.send",
    "schedule.book",
    "schedule.change",
    "demographics.edit",
    "billing.pay",
    "billing.cards",
    "documents.fill",
    "documents.sign",
    "share.proxy",
]
BOX_NAMES = [
    "roster",
    "demographics",
    "schedule",
    "messages",
    "clinician_messages",
    "billing",
    "forms",
    "records",
    "settings",
]
ALL = frozenset(map(Permission, SIXTEEN))
rights = st.frozensets(st.sampled_from(sorted(ALL)))
statuses = st.sampled_from(PatientStatus)


def facts(
    scopes: frozenset[Permission] = ALL,
    chart: frozenset[Permission] = ALL,
    ceiling: frozenset[Permission] = ALL,
    status: PatientStatus = PatientStatus.ACTIVE,
    **grant: datetime,
) -> Facts:
    return Facts(
        signed_in=True,
        grant=GrantFacts(scopes, **grant),
        chart=ChartFacts(ceiling, chart, status),
    )


def expected(right: str, layers: list[frozenset[Permission]], status: PatientStatus) -> bool:
    """The rule of one right, said the long way round."""
    if status is PatientStatus.ARCHIVED or right not in SIXTEEN:
        return False
    if status is PatientStatus.INACTIVE and right in WRITES:
        return False
    held = all(right in {p.value for p in layer} for layer in layers)
    return held and (right not in NEEDS or expected(NEEDS[right], layers, status))


def test_the_sixteen_rights_and_what_they_need():
    assert {p.value for p in PORTAL} == set(SIXTEEN)
    assert {a.value: b.value for a, b in REQUIRES.items()} == NEEDS
    assert not set(NEEDS.values()) & set(NEEDS), "one step is enough only without chains"
    assert {p.value for p in BOXES} == {f"practice.{b}" for b in BOX_NAMES}


@given(rights, rights, rights, statuses)
def test_every_layer_narrows(
    scopes: frozenset[Permission],
    chart: frozenset[Permission],
    ceiling: frozenset[Permission],
    status: PatientStatus,
):
    held = effective(facts(scopes, chart, ceiling, status), NOW)
    layers = [scopes, chart, ceiling]
    wanted = {r for r in SIXTEEN if expected(r, layers, status)} | {"public", "account"}
    if status is not PatientStatus.ARCHIVED:
        wanted.add("home.view")
    assert {p.value for p in held} == wanted


@given(rights, rights, rights, st.sampled_from(sorted(ALL)), statuses)
def test_taking_something_away_never_gives_anything(
    scopes: frozenset[Permission],
    chart: frozenset[Permission],
    ceiling: frozenset[Permission],
    gone: Permission,
    status: PatientStatus,
):
    before = effective(facts(scopes, chart, ceiling, status), NOW)
    for less in (
        facts(scopes - {gone}, chart, ceiling, status),
        facts(scopes, chart - {gone}, ceiling, status),
        facts(scopes, chart, ceiling - {gone}, status),
    ):
        assert effective(less, NOW) <= before - {gone}


@given(st.frozensets(st.sampled_from(Permission)))
def test_no_grant_and_no_chart_gives_a_right_of_the_practice(rubbish: frozenset[Permission]):
    held = effective(facts(rubbish, rubbish, rubbish), NOW)
    assert not any(p.value.startswith("practice.") for p in held)


@pytest.mark.parametrize("right", SIXTEEN)
@pytest.mark.parametrize("layer", ["scopes", "chart", "ceiling"])
def test_each_layer_alone_can_refuse(right: str, layer: str):
    assert allows(facts(), Permission(right), NOW)
    assert not allows(facts(**{layer: ALL - {Permission(right)}}), Permission(right), NOW)


@pytest.mark.parametrize(("right", "need"), NEEDS.items())
def test_a_right_without_what_it_needs(right: str, need: str):
    assert consistent({Permission(right)}) == frozenset()
    assert not allows(facts(ALL - {Permission(need)}), Permission(right), NOW)


@pytest.mark.parametrize("right", SIXTEEN)
def test_an_inactive_patient_only_reads_and_an_archived_one_has_no_portal(right: str):
    inactive = facts(status=PatientStatus.INACTIVE)
    assert allows(inactive, Permission(right), NOW) == (right not in WRITES)
    assert not allows(facts(status=PatientStatus.ARCHIVED), Permission(right), NOW)


@pytest.mark.parametrize(
    ("dates", "holds"),
    [
        ({}, True),
        ({"valid_from": NOW}, True),
        ({"valid_from": NOW + STEP}, False),
        ({"valid_until": NOW + STEP}, True),
        ({"valid_until": NOW}, False),
        ({"revoked_at": NOW - STEP}, False),
        ({"revoked_at": NOW, "valid_until": NOW + STEP}, False),
    ],
)
def test_the_dates_of_a_grant(dates: dict[str, datetime], holds: bool):
    assert allows(facts(**dates), Permission.MESSAGES_READ, NOW) is holds
    assert allows(facts(**dates), Permission.HOME, NOW) is holds


def test_nobody_and_a_login_without_a_way_to_the_chart():
    chart = ChartFacts(ALL, ALL, PatientStatus.ACTIVE)
    stranger = Facts(signed_in=True, chart=chart)
    assert effective(stranger, NOW) == {Permission.PUBLIC, Permission.ACCOUNT}
    signed_out = Facts(grant=GrantFacts(ALL), chart=chart, staff=StaffFacts(Role.OWNER))
    assert effective(signed_out, NOW) == {Permission.PUBLIC}


ROLES = {
    Role.OWNER: {p.value for p in Permission if p.value.startswith("practice.")},
    Role.CLINICIAN: {
        *(f"practice.{b}" for b in BOX_NAMES if b != "settings"),
        "practice.enter",
        "practice.inbox",
        "practice.profile",
    },
    Role.ASSISTANT: {"practice.enter"},
    Role.BILLER: {"practice.enter", "practice.roster", "practice.billing"},
}


@pytest.mark.parametrize("role", Role)
def test_roles(role: Role):
    staff = Facts(signed_in=True, staff=StaffFacts(role))
    assert {p.value for p in effective(staff, NOW)} == ROLES[role] | {"public", "account"}
    away = Facts(signed_in=True, staff=StaffFacts(role, reaches_chart=False))
    assert effective(away, NOW) == {Permission.PUBLIC, Permission.ACCOUNT}


@given(st.frozensets(st.sampled_from(Permission)))
def test_an_assistant_has_the_ticked_boxes_and_an_inbox_only_to_write(
    boxes: frozenset[Permission],
):
    held = {p.value for p in staff_permissions(StaffFacts(Role.ASSISTANT, boxes))}
    ticked = {f"practice.{b}" for b in BOX_NAMES} & {b.value for b in boxes}
    writes = ticked & {"practice.messages", "practice.clinician_messages"}
    assert held == ticked | {"practice.enter"} | ({"practice.inbox"} if writes else set())


@given(st.frozensets(st.sampled_from(Permission)), st.sampled_from([Role.CLINICIAN, Role.BILLER]))
def test_boxes_give_nothing_to_the_other_roles(boxes: frozenset[Permission], role: Role):
    assert staff_permissions(StaffFacts(role, boxes)) == staff_permissions(StaffFacts(role))
