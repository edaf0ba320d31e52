"""What the demo's superbills need: numbers of clinicians and the practice, and what visits were for.

All numbers are invented; those with a check digit pass it.
"""

LEGAL_NAME = "Larkfield Psychiatry"
REMIT_TO = "118 Mill Street, Suite 2\nAshby Falls, OR 97099"
PHONE = "(541) 555-0142"
TAX_ID = "12-3456789"
GROUP_NPI = "1562241541"

CLINICIANS = {
    "osei": ("1642621290", "MD-118204", "2084P0800X"),
    "ben": ("2538323645", "L-4471", "1041C0700X"),
    "lena": ("2220033221", "MD-120633", "2084P0804X"),
}
"""Clinician -> NPI, license in Oregon, taxonomy."""

DIAGNOSES = {
    ("dana", "osei"): ("F33.1", "F41.1"),
    ("dana", "ben"): ("F33.1", "F41.1"),
    ("nora", "osei"): ("F41.1",),
    ("theo", "osei"): ("F90.2",),
    ("luis", "osei"): ("F33.1",),
    ("omar", "ben"): ("F43.10",),
}
"""Person and clinician -> codes that the practice has given to each of their visits."""

MADE = ("dana", "dana", "osei", 120, 30)
"""Login, person and clinician of the one superbill that is there already, and its days ago."""
