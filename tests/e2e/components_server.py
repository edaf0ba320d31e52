"""The component page alone, without the product: for work on the kit."""

import sys

from nicegui import app, ui

from portal_app.components import styles
from portal_app.components.field import Field
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.pages.public.components import components_page


@ui.page("/demo/components")
def components() -> None:
    components_page()


@ui.page("/typing")
def typing() -> None:
    """A field beside something that changes, and what the server has heard."""
    with Tag("div", "lw-page"):
        h1("Typing")
        heard = Tag("p", "", "heard: ")
        field = Field(
            "Reply", kind="textarea", on_input=lambda text: heard.set_text(f"heard: {text}")
        )
        ticks = Tag("p", "", "0")
        ui.timer(0.05, lambda: ticks.set_text(str(int(ticks.text) + 1)))
        button = Tag("button", "lw-btn", "Clear", type_="button")
        button.on_click(lambda: field.set_value("", only_if=field.value))


def main() -> None:
    app.add_static_files("/assets", styles.ASSETS)
    fonts = "".join(
        '<link rel="preload" as="font" type="font/woff2" crossorigin href="' + font + '">'
        for font in styles.preloaded_fonts()
    )
    head = "<style>" + styles.stylesheet() + "</style><script>" + styles.script() + "</script>"
    ui.add_head_html(head + fonts, shared=True)
    ui.run(
        port=int(sys.argv[1]), show=False, reload=False, tailwind=False, language="en-US", dark=None
    )


main()
