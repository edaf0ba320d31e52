"""Rewrites the head of a NiceGUI page: nonces, our style first, theirs without waiting for it.

Each rewrite that finds nothing leaves the page as it came; a test counts that all of them match.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from portal_app.security.web.outermost import App, Message, Receive, Scope, Send

_OPENING = re.compile(r"<(script|style)(?=[\s>])")
# none begins with a space: a search for that stops at every line of the page
_IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\);')
_QUASAR = re.compile(r'<script defer src="[^"]*/quasar\.umd\.prod\.js"></script>')
_LANGUAGE = re.compile(r'<script defer src="[^"]*/static/lang/[^"]*"></script>')
_OTHER_QUASAR = re.compile(r'"tag":"q-(?!layout"|page-container"|page")')
_SANITISER = re.compile(r'"dompurify":\s*"([^"]+)"')
_FIRST_STYLE = "<style>"
_APP = '<div id="app"'
QUASAR_SHEETS = ("/quasar.unimportant.prod.css", "/quasar.important.prod.css")
SWITCH = '<script type="module">document.getElementById("ng-css").media="all"</script>'


# Our pages are native elements; of Quasar they use the three boxes around every NiceGUI page. A
# page with any other Quasar element keeps the real one.
WITHOUT_QUASAR = (
    "<script>{const box=(tag,cls)=>({render(){return Vue.h(tag,{class:cls},"
    "this.$slots.default?.())}});window.Quasar={install(app){"
    'app.component("q-layout",box("div","q-layout q-layout--standard"));'
    'app.component("q-page-container",box("div","q-page-container"));'
    'app.component("q-page",box("main","q-page"))},lang:{set(){}},Dark:{set(){}},'
    "Notify:{create(){}}}}</script>"
)


@dataclass(frozen=True)
class Head:
    """What goes into the head of every page."""

    css: str
    script: str
    fonts: tuple[str, ...]
    own: Callable[[], str] = lambda: ""
    """The practice's own style, read for every page."""


@dataclass
class Matches:
    """How often each rewrite found its place on one page."""

    nonces: int = 0
    imports: int = 0
    head: int = 0
    switch: int = 0
    quasar: int = 0
    sanitiser: int = 0


def rewrite(html: str, head: Head, nonce: str) -> tuple[str, Matches]:
    """Rewrite one page."""
    found = Matches()
    native = not _OTHER_QUASAR.search(html)
    if native:
        html, found.quasar = _QUASAR.subn(WITHOUT_QUASAR, html)
        html = _LANGUAGE.sub("", html) if found.quasar else html
    start = html.find(_FIRST_STYLE)
    sheets = _IMPORT.findall(html)
    if start >= 0 and sheets and _APP in html:
        html = _IMPORT.sub("", html)
        dropped = ("/fonts.css", *(QUASAR_SHEETS if found.quasar else ()))
        kept = [(url, layer) for url, layer in sheets if not url.endswith(dropped)]
        theirs = "".join(f'@import url("{url}") layer({layer});' for url, layer in kept)
        ours = "".join(
            f'<link rel="preload" as="font" type="font/woff2" crossorigin href="{font}">'
            for font in head.fonts
        )
        if sanitiser := _SANITISER.search(html):
            found.sanitiser = 1
            ours += f'<link rel="modulepreload" href="{sanitiser[1]}">'
        ours += f"<style>{head.css}{head.own()}</style><script>{head.script}</script>"
        later = f'<style media="print" id="ng-css">{theirs}</style>'
        html = html[:start] + ours + later + html[start:]
        html = html.replace(_APP, SWITCH + _APP, 1)
        found.imports, found.head, found.switch = len(sheets), 1, 1
    html, found.nonces = _OPENING.subn(rf'<\1 nonce="{nonce}"', html)
    return html, found


class HeadMiddleware:
    """Applies the rewrite to pages; everything else passes untouched."""

    def __init__(self, app: App, head: Head) -> None:
        """Wrap the application, inside compression, where a page is still plain text."""
        self._app = app
        self._head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and rewrite the answer if it is a page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started: list[Message] = []
        chunks: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {k.lower(): v for k, v in message["headers"]}
                if headers.get(b"x-nicegui-content") == b"page":
                    started.append(message)
                    return
            if not started:
                await send(message)
                return
            chunks.append(message.get("body", b""))
            if message.get("more_body"):
                return
            html, _ = rewrite(b"".join(chunks).decode(), self._head, scope["latchwell.nonce"])
            body = html.encode()
            kept = [(k, v) for k, v in started[0]["headers"] if k.lower() != b"content-length"]
            length = (b"content-length", str(len(body)).encode())
            await send({**started[0], "headers": [*kept, length]})
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, collect)
