"""The page as static HTML, shown until the application has started.

The copy holds what the page holds, with every text escaped. Its links work at once; a button is
pressed again afterwards only where that does no harm.
"""

from html import escape

from nicegui import ui
from nicegui.element import Element

VOID = frozenset({"br", "hr", "img", "input"})
BUTTONS = frozenset({"button", "input", "textarea", "select"})
FIELDS = BUTTONS - {"button"}
# what a control starts with is a property for Vue and an attribute in HTML
STARTING = {"defaultValue": "value", "defaultChecked": "checked"}
SWAP = (
    '<script>{const p=document.getElementById("pre");window.__pre={};'
    'p.addEventListener("click",e=>{const b=e.target.closest("button");'
    'if(b&&!b.hasAttribute("popovertarget")){if(!b.hasAttribute("data-no-replay"))__pre.click=b.dataset.c;'
    "if(b.type!=='submit')e.preventDefault();}},true);}</script>"
    '<script type="module">{const a=document.getElementById("app"),p=document.getElementById("pre");'
    "new MutationObserver((_,o)=>{if(!a.firstElementChild)return;o.disconnect();"
    "const f=document.activeElement?.dataset?.c;p.remove();"
    "if(f)document.getElementById(f)?.focus({preventScroll:true});"
    "if(__pre.click)document.getElementById(__pre.click)?.click();}).observe(a,{childList:true});}"
    "</script>"
)


def to_html(element: Element) -> str:
    """Give an element and all that is inside as static HTML."""
    tag = element.tag
    if tag == "q-page":
        tag = "main"
    elif tag.startswith(("q-", "nicegui-")):
        tag = "div"
    classes = list(element._classes)  # noqa: SLF001 - NiceGUI has no public reader
    if element.tag.startswith("q-"):
        classes.append(element.tag)
    attributes, inner = _attributes(element, tag)
    if classes:
        attributes += f' class="{escape(" ".join(classes))}"'
    style = ";".join(f"{k}:{v}" for k, v in element._style.items())  # noqa: SLF001
    if style:
        attributes += f' style="{escape(style)}"'
    if tag in VOID:
        return f"<{tag}{attributes}>"
    text = escape(getattr(element, "_text", None) or "")
    children = "".join(to_html(child) for child in element.default_slot.children)
    return f"<{tag}{attributes}>{text}{inner}{children}</{tag}>"


def _attributes(element: Element, tag: str) -> tuple[str, str]:
    parts, inner = "", ""
    for key, value in element._props.items():  # noqa: SLF001
        name = key.removeprefix("^")
        if name == "innerHTML":
            inner = str(value)
        elif name == "defaultValue" and tag == "textarea":
            inner = escape(str(value))
        elif _is_left_out(name, value):
            continue
        elif name == "id" and tag in BUTTONS | {"a"}:
            continue  # the mounted one keeps its id; the copy names it in data-c
        else:
            parts += _attribute(name, value)
    if "popover" in element._props and "id" not in element._props:  # noqa: SLF001
        parts += _attribute("id", element.html_id)
    if tag in BUTTONS | {"a"}:
        own = element._props.get("id") or element.html_id  # noqa: SLF001
        parts += _attribute("data-c", own)
        if tag in FIELDS:
            parts += _attribute("id", f"pre-{own}")
    if tag in FIELDS | {"fieldset"} and element._props.get("type") != "hidden":  # noqa: SLF001
        parts += " disabled"
    return parts, inner


def _is_left_out(name: str, value: object) -> bool:
    # aria-controls names an element by an id that only the mounted page has
    bound = name[0] in ":@" or name.startswith("on") or name == "aria-controls"
    return bound or value is None or value is False


def _attribute(name: str, value: object) -> str:
    name = STARTING.get(name, name)
    if name == "for":
        value = f"pre-{value}"
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def first_paint() -> None:
    """Add the copy of the page that has been built; the last line of every page function."""
    layout = ui.context.client.layout
    ui.add_body_html('<div id="pre">' + to_html(layout) + "</div>" + SWAP)
