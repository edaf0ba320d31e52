"""Update info: the patient changes who she is; what is reviewed waits for the practice."""

from portal_app.components.demographics.form import PATIENT
from portal_app.data.schemas.demographics import DemographicsView
from portal_app.pages.demographics_form import DemographicsPage, Services
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.demographics import TABS
from portal_app.pages.routing import action
from portal_app.rules.permissions import Permission
from portal_app.services.demographics import patient, requests

NEEDS = Permission.DEMOGRAPHICS_EDIT
SERVICES = Services(
    load=patient.info,
    keep=action(patient.save_draft, needs=NEEDS),
    save=action(patient.save, needs=NEEDS),
    take_back=action(requests.withdraw, needs=NEEDS),
)


@TABS.tab("update", "Update info", needs=NEEDS, load=patient.info)
def update_tab(visit: Visit, view: DemographicsView) -> None:
    """Show the form."""
    DemographicsPage(visit, view, SERVICES, PATIENT, "/cards")
