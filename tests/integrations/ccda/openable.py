"""Whether a PDF opens."""

import io

from pypdf import PdfReader


def opens(data: bytes) -> bool:
    return len(PdfReader(io.BytesIO(data)).pages) > 0
