"""Writes a record as a CCD: C-CDA Release 2.1, as other portals read it.

Source: https://hl7.org/cda/us/ccda/2.1/
"""

from portal_app.integrations.ccda.writer.document import write_ccd

__all__ = ["write_ccd"]
