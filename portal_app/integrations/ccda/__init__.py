"""C-CDA and its older relatives (CCD, HITSP C32): read tolerantly, written strictly."""

from portal_app.integrations.ccda.reader import read_ccda

__all__ = ["read_ccda"]
