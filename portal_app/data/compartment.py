"""Defence in depth: a session sees only the patients and charts that it was opened for.

The markers carry no attribute on purpose: SQLModel would take a stand-in attribute for a default
and silently drop the foreign key.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, column, event, false
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlmodel import Session, col

from portal_app.data.types import ChartId, PatientId


class InCompartment:
    """Row belongs to one patient (``patient_id``)."""


class InChart(InCompartment):
    """Row belongs to one chart (``chart_id``) of one patient."""


class StaffOnly:
    """Row that no patient or proxy ever sees."""


@dataclass(frozen=True)
class Compartment:
    """What a session is opened for; ``None`` means no limit of that kind."""

    patients: tuple[PatientId, ...] | Select[Any] | None = None
    charts: tuple[ChartId, ...] | Select[Any] | None = None
    staff: bool = False

    @property
    def unlimited(self) -> bool:
        """Whether nothing has to be filtered."""
        return self.patients is None and self.charts is None and self.staff


Ids = tuple[PatientId, ...] | tuple[ChartId, ...] | Select[Any]


class CompartmentError(RuntimeError):
    """A statement that the compartment can't filter, or a row of somebody else."""


def _patient_column(cls: Any) -> Any:
    return cls.patient_id if hasattr(cls, "patient_id") else column("patient_id")


def _chart_column(cls: Any) -> Any:
    return cls.chart_id if hasattr(cls, "chart_id") else column("chart_id")


# SQLAlchemy keeps what a lambda has made by the place where it stands, so that a list of ids and a
# subquery must not share one


def _of_patients(patients: Ids) -> Any:
    if isinstance(patients, tuple):
        ids = patients
        return with_loader_criteria(
            InCompartment, lambda cls: _patient_column(cls).in_(ids), include_aliases=True
        )
    query = patients
    return with_loader_criteria(
        InCompartment, lambda cls: _patient_column(cls).in_(query), include_aliases=True
    )


def _of_charts(charts: Ids) -> Any:
    if isinstance(charts, tuple):
        ids = charts
        return with_loader_criteria(
            InChart, lambda cls: _chart_column(cls).in_(ids), include_aliases=True
        )
    query = charts
    return with_loader_criteria(
        InChart, lambda cls: _chart_column(cls).in_(query), include_aliases=True
    )


def enclose(session: Session, compartment: Compartment) -> None:
    """Filter every ORM statement of the session and refuse to flush a foreign row."""
    from portal_app.data.models import Chart, Patient  # noqa: PLC0415 - models use the markers

    options = []
    if compartment.patients is not None:
        options.append(_of_patients(compartment.patients))
        options.append(
            with_loader_criteria(
                Patient, col(Patient.id).in_(compartment.patients), include_aliases=True
            )
        )
    if compartment.charts is not None:
        options.append(_of_charts(compartment.charts))
        options.append(
            with_loader_criteria(Chart, col(Chart.id).in_(compartment.charts), include_aliases=True)
        )
    if not compartment.staff:
        options.append(with_loader_criteria(StaffOnly, lambda _: false(), include_aliases=True))

    @event.listens_for(session, "do_orm_execute")
    def _filter(state: ORMExecuteState) -> None:
        if compartment.unlimited:
            return
        if not state.is_orm_statement or state.is_insert or state.is_from_statement:
            msg = "only ORM statements can be kept inside a compartment"
            raise CompartmentError(msg)
        state.statement = state.statement.options(*options)

    @event.listens_for(session, "before_flush")
    def _guard(flushed: Session, *_: object) -> None:
        for row in (*flushed.new, *flushed.dirty, *flushed.deleted):
            _check(row, compartment)


def _check(row: object, compartment: Compartment) -> None:
    if isinstance(row, StaffOnly) and not compartment.staff:
        msg = f"{type(row).__name__} is out of this session's reach"
        raise CompartmentError(msg)
    for marker, name, ids in (
        (InCompartment, "patient_id", compartment.patients),
        (InChart, "chart_id", compartment.charts),
    ):
        if isinstance(row, marker) and isinstance(ids, tuple) and getattr(row, name) not in ids:
            msg = f"{type(row).__name__} belongs to somebody else"
            raise CompartmentError(msg)
