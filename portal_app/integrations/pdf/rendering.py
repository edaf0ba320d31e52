"""What runs in the rendering process: HTML in, a tagged PDF out, nothing else opened."""

import logging
import multiprocessing
import os
import threading
from typing import Any
from urllib.parse import urlsplit

from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher

VARIANT = "pdf/ua-1"


class _Closed(URLFetcher):  # type: ignore[misc] # the library has no types
    """Gives what stands in the document itself (``data:``), and ends the work at anything else."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        if urlsplit(url).scheme != "data":
            raise FatalURLFetchingError("a document may not fetch anything")
        return super().fetch(url, headers)


def begin() -> None:
    """Make the process ready: the first document must not wait for the import."""
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    logging.disable(logging.CRITICAL)  # a warning could hold words of a record
    draw("<!doctype html><html lang='en'><title>ready</title><p>ready</p></html>")


def _end_with_the_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
    os._exit(0)


def draw(html: str) -> bytes | str:
    """Render a document; the words of a refusal instead, because its error is no Exception."""
    try:
        document = HTML(string=html, url_fetcher=_Closed(allowed_protocols=["data"]))
        return bytes(document.write_pdf(pdf_variant=VARIANT))
    except FatalURLFetchingError:
        return "The document refers to something outside of itself."
    except RecursionError:
        return "The document is nested too deeply."
