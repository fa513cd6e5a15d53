"""The directory as a person meets it: filters, pages, one page a service, and what is kept about the person."""

from datetime import UTC, datetime

import pytest

from bot.engine.nodes.services import PAGE_SIZE, Services, View
from tests.support.content import our_release

TUESDAY_NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "view", [View(), View(is_open=True), View(speaks_mine=True, page=3), View(asks=True), View(audience="lgbt", page=1)]
)
def test_a_view_comes_back_from_its_button(view: View) -> None:
    assert View.read(view.code()) == view


def test_service_for_staff_is_never_offered() -> None:
    offered = {
        service for node in our_release().nodes.values() if isinstance(node, Services) for service in node.services
    }
    assert "kk-etnisk-konsulentteam" not in offered
    assert offered <= our_release().services.keys()


def test_every_service_is_found_in_at_most_four_taps() -> None:
    nodes = our_release().nodes
    places, found = ["start/menu"], set()
    for _ in range(3):  # the fourth tap is the service itself
        places = [goto for place in places for goto in nodes[place].gotos()]
        found |= {service for place in places for service in getattr(nodes[place], "services", ())}
    assert found == our_release().services.keys()


def test_no_list_is_longer_than_a_screen() -> None:
    for node in our_release().nodes.values():
        if isinstance(node, Services):
            assert len(node.services) <= 9 * PAGE_SIZE
