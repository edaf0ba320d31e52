"""The one page for everything that can't be shown. It says nothing about why."""

from html import escape

WORDS = {
    400: ("This address does not work", "Check the address, or start again from the first page."),
    403: ("This did not come from our own page", "Go back to the first page and try again."),
    404: ("We can’t find this page", "It may have moved, or it is not yours to see."),
    413: ("This is too big", "Choose a smaller file. Nothing was sent."),
    500: ("Something went wrong on our side", "Nothing is lost. Try again in a minute."),
}
STYLE = """
:root{color-scheme:light dark;--bg:#F8F6F1;--ink:#1C2422;--ink-2:#46514E;--link:#14594F}
@media (prefers-color-scheme:dark){:root{--bg:#101615;--ink:#EEF1EC;--ink-2:#C0CAC5;--link:#8FD3C3}}
body{margin:0;min-height:100vh;display:grid;place-content:center;padding:24px;background:var(--bg);
color:var(--ink);font:400 17px/1.55 system-ui,sans-serif}
main{max-width:32rem}h1{font:500 32px/1.2 Georgia,serif;margin:0 0 12px}
p{margin:0 0 20px;color:var(--ink-2)}a{color:var(--link)}
"""


def error_page(status: int, reference: str = "") -> bytes:
    """Give the page for a status; the reference finds the line in our own log."""
    title, advice = WORDS.get(status) or WORDS[400 if status < 500 else 500]
    code = f"<p>Reference: {escape(reference)}</p>" if reference else ""
    return (
        '<!doctype html><html lang="en-US"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>"
        f'<h1>{escape(title)}</h1><p>{escape(advice)}</p>{code}<a href="/">Go to the first page</a>'
        "</main></body></html>"
    ).encode()
