"""What a button carries: at most 64 bytes, ids and never labels, so that an old button still tells what it meant.

complaint/who>kk    the choice "kk" of the node "complaint/who"
complaint/send>#law the section "law" of the article that the node shows
!back, !menu, …     a way that every screen has
!locale:ar          a language was picked
!original:node      the Danish original of a node
!said:KEY:text      an answer to an adviser's question; KEY is that of its line in the transcript
!callback:MINUTES   a time to be called, in minutes since 1970; "none" for none of them
"""

from dataclasses import dataclass
from datetime import UTC, datetime

MAX_BYTES = 64  # Telegram's limit for callback_data


@dataclass(frozen=True, slots=True)
class Press:
    """A button's data, read: either a node with a choice, or a way with an argument."""

    node: str = ""
    choice: str = ""
    way: str = ""
    argument: str = ""


NEW_MESSAGE = "new"  # argument of a way: leave the pressed message as it is, answer below it


def choice_data(node: str, choice: str) -> str:
    return f"{node}>{choice}"


def way_data(way: str, argument: str = "") -> str:
    return f"!{way}:{argument}" if argument else f"!{way}"


def read_press(data: str) -> Press:
    """Read a button's data; anything unreadable is a press of an unknown node, which the engine answers."""
    if data.startswith("!"):
        way, _, argument = data[1:].partition(":")
        return Press(way=way, argument=argument)
    node, _, choice = data.partition(">")
    return Press(node=node, choice=choice)


NO_TIME = "none"


def callback_data(at: datetime | None) -> str:
    return way_data("callback", NO_TIME if at is None else str(int(at.timestamp()) // 60))


def read_callback(argument: str) -> datetime | None:
    """The time of a button, or None for none of those that were proposed. Raises ValueError: no such button."""
    if argument == NO_TIME:
        return None
    if not argument.isdecimal() or len(argument) > len("99999999"):
        raise ValueError(argument)
    return datetime.fromtimestamp(int(argument) * 60, UTC)
