"""Which label a typed answer means."""

import pytest

from bot.understanding.closest import closest_label

LABELS = ("📄 Kommunen sagde nej", "☎️ Nødnumre", "🔒 Dine data", "❓ Hjælp")


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        pytest.param("Nødnumre", 1, id="the label without its picture"),
        pytest.param("noednumre", 1, id="oe for ø"),
        pytest.param("nødnumer", 1, id="a letter missing"),
        pytest.param("2", 1, id="its number"),
        pytest.param("٢", 1, id="its number in Arabic digits"),
        pytest.param("kommunen", 0, id="a word that stands in one label only"),
        pytest.param("5", None, id="no such number"),
        pytest.param("bolig", None, id="another word"),
        pytest.param("", None, id="nothing"),
        pytest.param("!!!", None, id="nothing to read"),
    ],
)
def test_label_is_found(typed: str, index: int | None) -> None:
    assert closest_label(typed, LABELS) == index


def test_nothing_to_choose_from() -> None:
    assert closest_label("hej", ()) is None
