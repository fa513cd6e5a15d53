"""What a button carries: at most 64 bytes, ids and never labels, so that an old button still tells what it meant.

complaint/who>kk    the choice "kk" of the node "complaint/who"
complaint/send>#law the section "law" of the article that the node shows
!back, !menu, …     a way that every screen has
!locale:ar          a language was picked
!original:node      the Danish original of a node
"""

from dataclasses import dataclass

MAX_BYTES = 64  # Telegram's limit for callback_data


@dataclass(frozen=True, slots=True)
class Press:
    """A button's data, read: either a node with a choice, or a way with an argument."""

    node: str = ""
    choice: str = ""
    way: str = ""
    argument: str = ""


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
