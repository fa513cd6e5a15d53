"""`python -m tests.journeys.pictures FOLDER`: the longest conversations on the phone page, to be looked at."""

import asyncio
import sys
from pathlib import Path

from bot.sandbox import Sandbox, serve
from tests.journeys.test_journeys import FOLDER, done_in, load
from tests.support.browser import open_page
from tests.support.content import our_release
from tests.support.conversation import Conversation
from tests.support.memory_store import MemoryStore
from tests.support.running_bot import TOKEN, running_bot

LONGEST = ("life", "rights", "child", "family", "taking_part")
LOCALES = ("ar", "kl")  # one from right to left, and the one with the longest words
TURNS = 6  # between two pictures: each shows them all
PAUSE_MS = 350  # until an answer stands on the page


async def take_pictures(journey: str, locale: str, folder: Path) -> int:
    """`<folder>/<journey>-<locale>-<turn>.png`; how many there are."""
    sandbox, talk = Sandbox(TOKEN), Conversation(our_release())
    taken = 0
    async with serve(sandbox) as base_url, running_bot(MemoryStore(), sandbox, base_url=base_url):
        phone = sandbox.phone(1, locale, "Citizen A")
        async with open_page(f"{base_url}/phone", width=430, height=1500) as page:
            steps = load(FOLDER / f"{journey}.yaml")
            for turn, step in enumerate(steps, start=1):
                act, said = done_in(step, locale)
                if act == "says":
                    phone.send_text(said)
                    talk.says(said)
                else:
                    phone.press(talk.button(said)[1]["data"])
                    talk.presses(said)
                await page.wait_for_timeout(PAUSE_MS)
                if turn % TURNS == 0 or turn == len(steps):
                    await page.screenshot(path=folder / f"{journey}-{locale}-{turn:03}.png")
                    taken += 1
    return taken


async def main(folder: Path) -> None:
    for locale in LOCALES:
        for journey in LONGEST:
            print(journey, locale, await take_pictures(journey, locale, folder))


if __name__ == "__main__":
    wanted = Path(sys.argv[1])
    wanted.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(wanted))
