"""The hosted pages of the sandbox: paying, saving a card, 3-D Secure. Plain HTML, no script."""

from html import escape
from pathlib import Path

from portal_app.integrations.stripe_sandbox.state import Json

_FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts"


def _font(name: str, family: str) -> str:
    file = next(_FONTS.glob(f"{name}.*.woff2")).name
    return (
        f"@font-face{{font-family:{family};font-weight:200 800;font-display:swap;"
        f"src:url(/assets/fonts/{file}) format('woff2')}}"
    )


STYLE = (
    f"{_font('newsreader', 'Newsreader')}{_font('public-sans', 'Public Sans')}"
    """
:root{color-scheme:light dark;--bg:#F8F6F1;--box:#FFF;--ink:#1C2422;--soft:#46514E;--line:#858072;
--br:#14594F;--on:#FFF;--bad:#A1271C;--warm:#FBF0D5}
@media (prefers-color-scheme:dark){:root{--bg:#101615;--box:#18201E;--ink:#EEF1EC;--soft:#C0CAC5;
--line:#7E8A85;--br:#8FD3C3;--on:#0C2B26;--bad:#F4A79E;--warm:#3A3120}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;background:var(--bg);color:var(--ink);
font:400 17px/1.5 "Public Sans",system-ui,sans-serif;display:grid;place-content:start center;
padding:24px 16px}main{width:min(28rem,calc(100vw - 32px));background:var(--box);
border:1px solid color-mix(in srgb,var(--line) 40%,transparent);border-radius:16px;padding:24px}
h1{font:500 28px/1.2 Newsreader,Georgia,serif;margin:0 0 4px}p{margin:0 0 16px;color:var(--soft)}
.test{background:var(--warm);color:var(--ink);border-radius:8px;padding:8px 12px;font-size:15px}
.sum{font:500 36px/1.2 Newsreader,Georgia,serif;color:var(--ink);margin:8px 0 16px}
label{display:block;font-weight:600;margin:0 0 4px}.f{margin:0 0 16px}.two{display:grid;
grid-template-columns:1fr 1fr;gap:16px}input{width:100%;min-height:48px;padding:8px 12px;font:inherit;
color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:10px}
button{width:100%;min-height:48px;border-radius:10px;font:inherit;font-weight:600;
cursor:pointer;border:1px solid var(--br);background:var(--br);color:var(--on);margin:0 0 12px}
button.sec{background:transparent;color:var(--br)}
:is(input,button):focus-visible{outline:3px solid var(--br);outline-offset:2px}
.bad{color:var(--bad);font-weight:600}small{color:var(--soft)}
"""
)


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en-US"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/assets/favicon.svg">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>"
        '<p class="test">Test mode. No money moves, and no real card belongs here.</p>'
        f"<h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def amount_words(minor: int, currency: str) -> str:
    """Write an amount; currencies without cents as they are."""
    if currency.lower() in {"jpy", "krw", "vnd"}:
        return f"{minor:,} {currency.upper()}"
    sign = "$" if currency.lower() == "usd" else f"{currency.upper()} "
    return f"{sign}{minor / 100:,.2f}"


def card_page(session: Json, error: str = "") -> str:
    """Ask for a card."""
    pays = session["mode"] == "payment"
    words = amount_words(session["amount_total"], session["currency"]) if pays else ""
    title = "Test payment" if pays else "Save a test card"
    button = f"Pay {words}" if pays else "Save card"
    told = f'<p class="bad" role="alert" id="e">{escape(error)}</p>' if error else ""
    described = ' aria-describedby="e" aria-invalid="true"' if error else ""
    what = f'<p class="sum">{escape(words)}</p>' if pays else "<p>For later payments.</p>"
    return _page(
        title,
        f"""{what}{told}<form method="post" autocomplete="off">
<div class="f"><label for="n">Card number</label><input id="n" name="number" inputmode="numeric"
autocomplete="off" required autofocus maxlength="25"{described}></div>
<div class="two"><div class="f"><label for="x">Expiry</label><input id="x" name="expiry"
placeholder="MM/YY" inputmode="numeric" autocomplete="off" required maxlength="7"></div>
<div class="f"><label for="c">CVC</label><input id="c" name="cvc" inputmode="numeric"
autocomplete="off" required maxlength="4"></div></div>
<button type="submit">{escape(button)}</button>
<button type="submit" class="sec" formnovalidate name="back" value="1">Back</button></form>
<small>4242 4242 4242 4242 pays. 4000 0000 0000 0002 is declined. 4000 0027 6000 3184 asks for
3-D Secure.</small>""",
    )


def secure_page(words: str) -> str:
    """Ask whether it is the card's owner."""
    return _page(
        "3-D Secure test",
        f"""<p>Your bank would ask here whether it is you{escape(words)}.</p>
<form method="post"><button type="submit" name="answer" value="complete">Complete</button>
<button type="submit" class="sec" name="answer" value="fail">Fail</button></form>""",
    )


def over_page() -> str:
    """Say that a page has been used already."""
    return _page("This page is over", "<p>It was used already, or it has expired. Go back.</p>")
