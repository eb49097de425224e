"""The reference of settings, made from what the connectors declare: `python -m tools.reference` writes it."""

import sys
from pathlib import Path

from shopweave.connector.declaration import connector_names, find_connector
from shopweave.connector.settings import Option

PAGE = Path("docs/reference/settings.md")


def settings() -> str:
    """Write the page."""
    parts = [
        "# Settings of connections",
        "",
        "Made from the connectors' declarations; do not edit by hand.",
        "",
    ]
    for name in connector_names():
        connector = find_connector(name)
        parts += [f'## `type = "{name}"`: {connector.title}', "", connector.description, ""]
        parts += ["| option | meaning | default |", "| --- | --- | --- |"]
        parts += [_row(option) for option in connector.options]
        parts.append("")
    return "\n".join(parts)


def _row(option: Option) -> str:
    text = " ".join(part for part in (option.description, option.recommendation) if part)
    if option.choices:
        text += f" One of: {', '.join(option.choices)}."
    default = "needed" if option.needed else "" if option.default in (None, "") else f"`{option.default}`"
    return f"| `{option.name}` | {text.replace('|', '/')} | {default} |"


if __name__ == "__main__":
    PAGE.write_text(settings(), "utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
