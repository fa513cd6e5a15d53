"""The load that measures the bots, against the cheapest of them."""

import pytest

from tests.benchmarks.contestants import competitors, other
from tests.benchmarks.measure import BotDidNotStart, Contestant, on_stage
from tests.benchmarks.people import Press, Say, Script, UnansweredUpdate, find_button

FLOOR = other("floor")
MENU = Script(prologue=(Say("/start"),), loop=(Press(0), Say("hello")))


async def test_people_keep_a_bot_busy() -> None:
    async with on_stage(Contestant("floor", FLOOR, MENU, people=50)) as stage:
        result = await stage.measure(0.3)
    assert result.updates_per_s > 500
    assert 0 < result.p50_ms <= result.p99_ms < 1000
    assert result.cpu_ms > 0
    assert result.memory_mib > 5
    assert result.unexpected_calls == 0


async def test_people_come_at_a_rate() -> None:
    async with on_stage(Contestant("floor", FLOOR, MENU, people=50, updates_per_s=200)) as stage:
        result = await stage.measure(0.5)
    assert 100 < result.updates_per_s < 210


async def test_slow_bot_api_is_waited_for() -> None:
    # A click costs the floor bot two calls, one after the other.
    async with on_stage(Contestant("floor", FLOOR, MENU, people=50, api_delay_s=0.05)) as stage:
        result = await stage.measure(0.3)
    assert result.p99_ms > 50


@pytest.mark.slow
@pytest.mark.parametrize("contestant", competitors(), ids=lambda contestant: contestant.name)
async def test_every_competitor_follows_its_script(contestant: Contestant) -> None:
    async with on_stage(contestant) as stage:
        result = await stage.measure(0.2)
    assert result.unexpected_calls == 0


async def test_bot_that_ends_is_told_with_its_last_words() -> None:
    with pytest.raises(BotDidNotStart, match="no token"):
        async with on_stage(Contestant("broken", ("-c", "raise SystemExit('no token')"), MENU)):
            pass


async def test_missing_button_is_told_with_those_there() -> None:
    script = Script(prologue=(Say("/start"),), loop=(Press("adviser"),))
    async with on_stage(Contestant("floor", FLOOR, script, people=1)) as stage:
        with pytest.raises(UnansweredUpdate, match=r"adviser.*s0:0"):
            await stage.measure(0.1)


def test_buttons_are_found_by_place_and_by_data() -> None:
    keyboard = [[{"text": "web", "url": "https://example.org"}, {"text": "a", "callback_data": "lang:da"}]]
    keyboard += [[{"text": "b", "callback_data": "lang:ar"}]]
    assert find_button(keyboard, 0, "ar") == "lang:da"
    assert find_button(keyboard, -1, "ar") == "lang:ar"
    assert find_button(keyboard, "lang:{language}", "ar") == "lang:ar"
    with pytest.raises(UnansweredUpdate):
        find_button(keyboard, 2, "ar")
