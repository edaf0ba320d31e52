"""The navigation between the views of Patients."""

from portal_app.components.tabs import Tab, folders
from portal_app.pages.framework.visit import Visit
from portal_app.services import inviting
from portal_app.services.roster import desk

VIEWS = (
    ("", "All patients", None),
    ("/invitations", "Invitations", inviting.NEEDS),
    ("/import", "Import", desk.NEEDS),
)


def roster_views(visit: Visit, current: str) -> None:
    """Draw the views that the person may open; nothing where there is only one."""
    shown = [v for v in VIEWS if v[2] is None or v[2] in visit.permissions]
    if len(shown) > 1:
        folders(
            "Views",
            [Tab(words, f"/practice/patients{path}", path == current) for path, words, _ in shown],
        )
