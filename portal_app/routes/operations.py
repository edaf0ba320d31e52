"""Health of the process, and the demo's mail."""

from collections.abc import Callable
from html import escape

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, JSONResponse

from portal_app.integrations.mail import Catcher
from portal_app.services import health
from portal_app.services.worker import run

MAILS = 30
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "article{border:1px solid #858072;border-radius:10px;padding:1rem;margin:1rem 0}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere}dt{font-weight:600}dd{margin:0 0 .3rem}"
    ":root{color-scheme:light dark}"
)


def router(jobs_late: Callable[[], list[str]], catcher: Catcher | None) -> APIRouter:
    """Make the routes; the mail page is there only where mail is caught."""
    made = APIRouter()

    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz() -> Response:
        checks = await run(health.checks)
        checks["jobs"] = "late: " + ", ".join(jobs_late()) if jobs_late() else "ok"
        well = all(v == "ok" for v in checks.values())
        return JSONResponse(checks, 200 if well else 503)

    made.add_api_route("/healthz", healthz, methods=["GET"])
    made.add_api_route("/readyz", readyz, methods=["GET"])
    if catcher:

        async def mail() -> Response:
            return HTMLResponse(await run(_page, catcher))

        made.add_api_route("/demo/mail", mail, methods=["GET"])
    return made


def _page(catcher: Catcher) -> str:
    articles = []
    for caught in catcher.newest(MAILS):
        headers = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in caught.headers)
        articles.append(f"<article><dl>{headers}</dl><pre>{escape(caught.text)}</pre></article>")
    shown = "".join(articles) or "<p>No mail yet.</p>"
    return (
        '<!doctype html><html lang="en-US"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Mail of the demo</title><style>{STYLE}</style></head><body><main>"
        "<h1>Mail of the demo</h1><p>This mail would have been sent. Nothing leaves this "
        f"machine.</p>{shown}</main></body></html>"
    )
