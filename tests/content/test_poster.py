"""A poster to print: the topic in its languages, and the QR code of its deep link."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import segno

from bot.content.poster import PAGE, poster, poster_values, qr_code
from bot.content.typeset import typeset
from bot.engine.deep_link import LinkRefused
from bot.engine.nodes.article import Article
from tests.support.content import our_release
from tests.test_main import run

BOT = "VejviserTestBot"
TOPIC = "acute-housing-and-eviction"
RELEASE = our_release()


@pytest.mark.parametrize(
    ("locales", "link"),
    [
        pytest.param(["da"], f"https://t.me/{BOT}?start={TOPIC}-da", id="Danish"),
        pytest.param(["ar"], f"https://t.me/{BOT}?start={TOPIC}-ar", id="right to left"),
        pytest.param(["da", "ar"], f"https://t.me/{BOT}?start={TOPIC}", id="several: the person chooses"),
        pytest.param([], f"https://t.me/{BOT}?start={TOPIC}", id="all languages"),
    ],
)
def test_poster_is_one_page_with_the_link(locales: list[str], link: str) -> None:
    pdf = poster(RELEASE, BOT, TOPIC, locales)
    assert pdf.startswith(b"%PDF-")
    assert b"/Count 1/" in pdf
    assert f"({link})".encode() in pdf  # where a press on the text leads
    assert b"NotoSans-Bold" in pdf
    assert (b"NotoSansArabic-Bold" in pdf) == (locales != ["da"])


def test_page_has_title_sentence_draft_line_and_direction() -> None:
    arabic, danish = poster_values(RELEASE, BOT, "rights", ["ar", "da"])["texts"]
    assert (arabic["is_rtl"], danish["is_rtl"]) == (True, False)
    assert danish["title"] == "Min sag og mine rettigheder"  # as its button in the menu, without the picture
    assert danish["sentence"] == RELEASE.label("common/short_description", "da")
    assert danish["draft"].startswith("Denne tekst er et udkast.")
    assert arabic["draft"] in RELEASE.label("common/draft", "ar")


def test_code_is_the_link_module_by_module() -> None:
    link = f"https://t.me/{BOT}?start={TOPIC}-ar"
    assert poster_values(RELEASE, BOT, TOPIC, ["ar"])["qr"] == qr_code(link)
    drawn: set[tuple[int, int]] = set()
    x = y = 0
    for kind, dx, dy in re.findall(r"([MmhH])(-?[\d.]+)(?: (-?[\d.]+))?", qr_code(link)):
        if kind == "h":
            drawn |= {(x + step, y) for step in range(int(dx))}
        x, y = x + int(dx), y + int(float(dy or 0))
    matrix = segno.make(link, error="q").matrix
    assert drawn == {(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}


def test_every_title_of_every_language_has_its_signs_in_our_fonts() -> None:
    articles = sorted({node.article for node in RELEASE.nodes.values() if isinstance(node, Article)})
    texts = [text for topic in articles for text in poster_values(RELEASE, BOT, topic)["texts"]]
    pdf = typeset(PAGE, {**poster_values(RELEASE, BOT, TOPIC), "texts": texts})
    assert b"pdfaid" in pdf  # PDF/A takes no sign that is missing in the fonts


@pytest.mark.parametrize(
    ("bot", "topic", "locales", "said"),
    [
        pytest.param(BOT, "nothing", ["da"], "There is no topic 'nothing'", id="topic"),
        pytest.param(BOT, TOPIC, ["xx"], "There is no language 'xx'", id="language"),
        pytest.param("a/b?c", TOPIC, ["da"], "is not the username", id="username"),
    ],
)
def test_poster_that_would_lead_nowhere_is_refused(bot: str, topic: str, locales: list[str], said: str) -> None:
    with pytest.raises(LinkRefused, match=re.escape(said)):
        poster(RELEASE, bot, topic, locales)


def test_every_flow_is_called_as_the_button_to_it() -> None:
    for flow in {id.partition("/")[0] for id in RELEASE.nodes}:
        assert poster_values(RELEASE, BOT, flow, ["da"])["texts"][0]["title"]
    title = poster_values(RELEASE, BOT, "other", ["da"])["texts"][0]["title"]
    assert title == "Klag over andre end kommunen"  # of the main menu, not of a menu further in


def test_flow_that_no_menu_leads_to_has_no_title() -> None:
    alone = replace(RELEASE, nodes={"hide/ask": RELEASE.nodes["hide/ask"]}, rights=frozenset())
    with pytest.raises(LinkRefused, match="No menu leads to 'hide'"):
        poster(alone, BOT, "hide", ["da"])


def test_poster_command(tmp_path: Path) -> None:
    to = tmp_path / "poster.pdf"
    words = ("content", "poster", str(to), "--bot", f"@{BOT}", "--language", "ar", "--topic")
    done = run(*words, TOPIC)
    assert done.returncode == 0, done.stderr
    assert to.read_bytes().startswith(b"%PDF-")
    refused = run(*words, "nothing")
    assert (refused.returncode, "There is no topic" in refused.stderr) == (2, True)
