"""Templates of PDFs: every value is escaped; what is HTML already says so (``markupsafe.Markup``)."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

_environment = Environment(
    loader=PackageLoader("portal_app", "templates/pdf"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, *, title: str, practice: str, about: str, made: str, **values: Any) -> str:
    """Fill a template of ``templates/pdf`` that extends ``base.html``.

    Args:
        template: its file name.
        title: title of the document, and its first heading.
        practice: name of the practice, at the top of each page.
        about: whom it is about, at the foot of each page ("Dana Whitfield, born March 14, 1985").
        made: when it was made, in words.
        values: what else the template shows.
    """
    return _environment.get_template(template).render(
        title=title, practice=practice, about=about, made=made, lang="en", **values
    )


__all__ = ["page"]
