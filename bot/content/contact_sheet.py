"""Every screen in every language on one page of HTML, to look at, to print, to send to a reviewer outside."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import date
from html import escape

from babel import Locale

from bot.content.release import Release
from bot.content.typeset import FONTS
from bot.content.walk import Screen, walk
from bot.i18n.language import is_right_to_left
from bot.runner.outgoing import MessageBody

_STYLE = """
:root { color-scheme: light dark; --emoji: "Noto Color Emoji", "Apple Color Emoji", "Segoe UI Emoji";
  font: 15px/1.45 "Noto Sans", system-ui, sans-serif, "Arabic", var(--emoji); }
:dir(rtl) { font-family: "Arabic", "Noto Sans", system-ui, sans-serif, var(--emoji); }
body { margin: 1rem; }
nav a { margin-inline-end: .8rem; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { border: 1px solid #8886; padding: .5rem; vertical-align: top; text-align: start; overflow-wrap: anywhere; }
thead th { position: sticky; top: 0; background: Canvas; }
thead th:first-child { width: 9rem; }
tbody th { font-weight: normal; font-size: .8rem; }
pre { white-space: pre-wrap; font: inherit; margin: 0 0 .5rem; unicode-bidi: plaintext; }
.buttons { display: grid; gap: .2rem; }
.buttons div { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: .2rem; }
.buttons span { border: 1px solid #8888; border-radius: .4rem; padding: .1rem .4rem; font-size: .85rem;
  unicode-bidi: plaintext; }
.same { opacity: .55; }
"""


def contact_sheet(release: Release, today: date, locales: tuple[str, ...] = ()) -> str:
    """The page: a row a screen, a column a language; screens that still show Danish are paler.

    Args:
        locales: Tags of the columns; empty for all, the source language first.
    """
    tags = locales or tuple(release.locales)
    columns = {tag: _screens(release, tag) for tag in tags}
    rows = list(columns[tags[0]])
    flows = list(dict.fromkeys(node.partition("/")[0] for node, _, _ in rows))
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Vejviser: all screens</title><style>{_arabic(tags)}{_STYLE}</style></head><body>",
            f"<h1>All screens in {len(tags)} language{'s' if len(tags) > 1 else ''}</h1>",
            f"<p>Content {escape(release.digest[:12])}, {today:%Y-%m-%d}. Drafts, unless a screen says else.</p>",
            "<nav>" + "".join(f'<a href="#{flow}">{flow}</a>' for flow in flows) + "</nav>",
            *(_flow(flow, rows, columns, tags) for flow in flows),
            "</body></html>",
        ]
    )


def _arabic(tags: tuple[str, ...]) -> str:
    """The font for languages in Arabic letters goes with the page: few machines have all letters of Urdu."""
    if not any(is_right_to_left(tag) for tag in tags):
        return ""
    font = b64encode((FONTS / "NotoSansArabic-Regular.ttf").read_bytes()).decode()
    return f'@font-face {{ font-family: "Arabic"; src: url("data:font/ttf;base64,{font}"); }}'


Place = tuple[str, str, int]  # node, choice, which of its states


def _screens(release: Release, locale: str) -> dict[Place, Screen]:
    found: dict[Place, Screen] = {}
    for screen in walk(release, locale):
        state = 0
        while (screen.node, screen.choice, state) in found:
            state += 1
        found[screen.node, screen.choice, state] = screen
    return found


def _flow(flow: str, rows: list[Place], columns: dict[str, dict[Place, Screen]], tags: tuple[str, ...]) -> str:
    heads = "".join(f'<th scope="col">{escape(Locale.parse(tag).get_display_name(tag) or tag)}</th>' for tag in tags)
    lines = [f'<h2 id="{flow}">{flow}</h2><table><thead><tr><th scope="col">Screen</th>{heads}</tr></thead><tbody>']
    for place in rows:
        node, choice, state = place
        if node.partition("/")[0] == flow:
            name = node + (f" › {choice}" if choice else "") + (f" ({state + 1})" if state else "")
            first = columns[tags[0]][place]
            cells = "".join(_cell(columns[tag].get(place), tag, first if tag != tags[0] else None) for tag in tags)
            lines.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    lines.append("</tbody></table>")
    return "".join(lines)


def _cell(screen: Screen | None, tag: str, source: Screen | None) -> str:
    if screen is None:
        return "<td></td>"
    same = ' class="same"' if source is not None and screen.body["text"] == source.body["text"] else ""
    direction = "rtl" if is_right_to_left(tag) else "ltr"
    buttons = "".join(_buttons(screen.body))
    text = escape(screen.body["text"])
    return f'<td lang="{tag}" dir="{direction}"{same}><pre>{text}</pre><div class="buttons">{buttons}</div></td>'


def _buttons(body: MessageBody) -> Iterator[str]:
    for row in body.get("rows", []):
        yield "<div>" + "".join(f"<span>{escape(button['text'])}</span>" for button in row) + "</div>"
