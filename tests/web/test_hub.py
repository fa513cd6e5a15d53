"""News for open pages: ids only, nothing lost after a gap."""

import asyncio
from contextlib import aclosing

import httpx

from bot.web.hub import GAP, KEPT, MOST_WAITING, Hub
from bot.web.session import IDLE_LIMIT
from tests.support.web import Desk, free_address, served


async def take(hub: Hub, last_id: str, count: int) -> list[str]:
    """The subjects of the next news."""
    async with aclosing(hub.read(last_id, 0.05)) as news:  # type: ignore[type-var]
        found: list[str] = []
        async for each in news:
            if each is None:
                break
            found.append(each.subject)
            if len(found) == count:
                break
        return found


async def test_page_that_comes_back_gets_what_it_missed() -> None:
    hub = Hub()
    seen = hub.last_id
    hub.publish("queue", "ticket:1")
    assert await take(hub, seen, 5) == ["queue", "ticket:1"]
    assert await take(hub, hub.last_id, 5) == []


async def test_gap_is_told_when_it_cannot_be_filled() -> None:
    hub = Hub()
    first = hub.last_id
    assert await take(hub, Hub().last_id, 5) == [GAP], "another process, or a start before"
    assert await take(hub, "nonsense", 5) == [GAP]
    for number in range(KEPT + 1):
        hub.publish(f"ticket:{number}")
    assert await take(hub, first, 1) == [GAP]
    seen = hub.last_id
    hub.miss()
    assert await take(hub, seen, 5) == [GAP]


async def test_slow_page_is_told_to_fetch_everything() -> None:
    hub = Hub()
    reader = hub.read(hub.last_id, 5)
    waiting = asyncio.ensure_future(anext(reader))
    await asyncio.sleep(0)
    for number in range(MOST_WAITING + 2):
        hub.publish(f"ticket:{number}")
    hub.close()
    heard = [await waiting, *[news async for news in reader]]
    assert [news.subject for news in heard if news is not None] == [GAP]  # then the hub closed


async def test_stream_tells_ids_and_ends_with_the_hub(desk: Desk) -> None:
    served_desk = Desk(desk.store, free_address())
    account = await served_desk.add("adviser-a")
    session_id = (await served_desk.signed_in(account)).session_id
    assert session_id is not None
    cookies = {served_desk.web.cookie_name("session"): session_id}
    async with served(served_desk) as address, httpx.AsyncClient(base_url=address, cookies=cookies) as client:
        async with client.stream("GET", "/desk/live") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            while not (line := await anext(lines)).startswith("id: "):
                pass
            seen = line.removeprefix("id: ")
            served_desk.web.hub.publish("ticket:abc")
            while not (line := await anext(lines)).startswith("event: "):
                pass
            assert (line, await anext(lines)) == ("event: change", "data: ticket:abc")
        # A browser that slept comes back with the last id that it saw.
        async with client.stream("GET", "/desk/live", headers={"last-event-id": seen}) as stream:
            lines = stream.aiter_lines()
            while not (line := await anext(lines)).startswith("data: "):
                pass
            assert line == "data: ticket:abc"
            served_desk.web.hub.close()
            assert [line async for line in lines if line] == []


async def test_open_page_keeps_nobody_logged_in(desk: Desk) -> None:
    browser = await desk.signed_in(await desk.add("adviser-a"))
    desk.web.hub.close()
    desk.at += IDLE_LIMIT / 2
    assert (await browser.get("/desk/live")).status_code == 200
    desk.at += IDLE_LIMIT * 0.6
    assert (await browser.get("/desk/live")).status_code == 303
