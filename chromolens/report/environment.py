"""How templates become pages: text is escaped, a missing name is an error."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_TEMPLATES = Path(__file__).parent / "templates"


def environment() -> Environment:
    """The templates of all pages, with the sheet ``style`` and the ``script`` that they share."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name, file in {"style": "style.css", "script": "page.js"}.items():
        made.globals[name] = Markup((_TEMPLATES / file).read_text(encoding="utf-8"))
    return made
