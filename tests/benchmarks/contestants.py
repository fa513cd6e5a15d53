"""Who is measured: our bot in each of its roles, the others, and the floor."""

from tests.benchmarks.measure import Contestant
from tests.benchmarks.people import Press, Say, Script

OUR_BOT = ("-m", "bot", "run")

PTB_ECHO = "PTB echo, run_webhook"
PTB_MENU = "PTB ConversationHandler + pickle"
AIOGRAM_MENU = "aiogram 3 menu on SQLite"
FLOOR_TEXT = "floor, text"
FLOOR_MENU = "floor, menu click"
OUR_TEXT = "ours, text, SQLite"
OUR_TEXT_POSTGRESQL = "ours, text, PostgreSQL"
OUR_MENU = "ours, menu click, SQLite"
OUR_MENU_POSTGRESQL = "ours, menu click, PostgreSQL"
OUR_TEXT_SLOW_API = "ours, text, 50 ms Bot API"
OUR_PACE = "ours, 100 updates a second"

API_DELAY_S = 0.05
PACE_UPDATES_PER_S = 100.0

UNKNOWN_TEXT = Say("xyzzy plugh")  # no language's phrase: the bot says so and shows what it can do

ECHO_SCRIPT = Script(loop=(UNKNOWN_TEXT,))
MENU_SCRIPT = Script(prologue=(Say("/start"),), loop=(Press(0),))

# Our bot: a language is chosen, which brings the reply keyboard and the menu; then clicks through real screens.
ARRIVAL = (Say("/start"), Press("!locale:{language}", messages=2))
CLICKS = (
    Press("start/menu>no"),
    Press("complaint/decision>"),
    Press("!back"),
    Press("!menu"),
    Press("start/menu>more"),
    Press("!back"),
)


def competitors() -> list[Contestant]:
    return [
        Contestant(PTB_ECHO, other("ptb_echo"), ECHO_SCRIPT),
        Contestant(FLOOR_TEXT, other("floor"), ECHO_SCRIPT),
        Contestant(PTB_MENU, other("ptb_menu"), MENU_SCRIPT),
        Contestant(AIOGRAM_MENU, other("aiogram_menu"), MENU_SCRIPT),
        Contestant(FLOOR_MENU, other("floor"), MENU_SCRIPT),
    ]


def our_roles() -> list[Contestant]:
    text, clicks = Script((UNKNOWN_TEXT,), ARRIVAL), Script(CLICKS, ARRIVAL)
    both = Script((*CLICKS, UNKNOWN_TEXT), ARRIVAL)
    return [
        Contestant(OUR_TEXT, OUR_BOT, text),
        Contestant(OUR_TEXT_POSTGRESQL, OUR_BOT, text, on_postgresql=True),
        Contestant(OUR_MENU, OUR_BOT, clicks),
        Contestant(OUR_MENU_POSTGRESQL, OUR_BOT, clicks, on_postgresql=True),
        Contestant(OUR_TEXT_SLOW_API, OUR_BOT, text, api_delay_s=API_DELAY_S),
        Contestant(OUR_PACE, OUR_BOT, both, updates_per_s=PACE_UPDATES_PER_S),
    ]


def other(module: str) -> tuple[str, ...]:
    return ("-m", f"tests.benchmarks.bots.{module}")
