"""The engine: a session and what came in give the new session and the effects. Same input, same turn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import bot.engine.nodes  # noqa: F401  (registers the node kinds)
from bot.engine.deep_link import read_start
from bot.engine.effects import (
    AddToTranscript,
    AnswerAdviser,
    Button,
    CancelReminders,
    CancelTicket,
    ChangeTicketLanguage,
    ChooseCallback,
    DeleteMessage,
    Effect,
    HideChat,
    LeaveChat,
    MarkReachable,
    OpenTicket,
    RateTicket,
    ReopenTicket,
    SendEmergencyCard,
    SendMessage,
    SendTranscript,
    Text,
)
from bot.engine.flow import Assets, Node, Picked, Turn, Typed
from bot.engine.incoming import (
    MOST_MEGABYTES,
    BotBlocked,
    BotUnblocked,
    ChoicePressed,
    CommandGiven,
    FileSent,
    GroupMet,
    Incoming,
    MessageEdited,
    OtherSent,
    TextTyped,
)
from bot.engine.nodes.language import Language
from bot.engine.offer import KEEP, NONE, OPEN, answer_keep, ask_to_keep, none_meant, offer_topics
from bot.engine.press import NEW_MESSAGE, Press, read_callback, read_press, way_data
from bot.engine.screen import DELETE, HELP, HOME, HUMAN, LANGUAGE, PRIVACY, ways
from bot.engine.session import Session
from bot.errors import BotError
from bot.understanding.cpr import mask_cpr
from bot.understanding.fold import fold

IDLE = timedelta(hours=24)  # after this a typed message is asked: go on, or start over?
DOUBLE_TAP = timedelta(seconds=2)
MOST_BYTES = MOST_MEGABYTES * 1_000_000
READABLE = ("image/", "application/pdf")  # files that an adviser can open safely
RATINGS = ("good", "fair", "bad")
HEARD_WHILE_CLAIMED = ("emergency", "hide", "quiet", "stop")  # typed words that are for the bot, not for the adviser
MAX_STEPS = 50  # nodes entered in one turn; the checks refuse loops that never wait


class FlowNeverWaits(BotError):
    """A chain of nodes went on and on without waiting for the person."""


def advance(session: Session, incoming: Incoming, assets: Assets) -> Turn:
    """Answer one incoming event.

    Args:
        session: The person's place before the event.
        incoming: What happened. Danger and CPR numbers are looked at first, whatever the place.
        assets: One release; nodes that it no longer has are followed by `moved`.
    Returns:
        The new session and the effects; `goto` is always None.
    """
    before = session
    session = replace(session, touched_at=incoming.at, question="")
    if session.locale is None and session.hint is None:
        session = replace(session, hint=_hint(incoming, assets))
    match incoming:
        case TextTyped(text=text, message_id=message_id):
            return _typed(before, session, text, AddToTranscript(text, message_id), assets)
        case MessageEdited(text=text, message_id=message_id):
            return _typed(before, session, text, AddToTranscript(text, message_id, "edited"), assets)
        case CommandGiven():
            return _command(session, incoming, assets)
        case ChoicePressed():
            return _pressed(before, session, incoming, assets)
        case FileSent():
            return _file(session, incoming, assets)
        case OtherSent():
            return _other(session, assets)
        case GroupMet():
            return Turn(before, (LeaveChat(),))
        case BotBlocked():
            return Turn(before, (CancelReminders(), MarkReachable(False)))
        case BotUnblocked():
            return Turn(before, (MarkReachable(True),))
        case _:
            return Turn(before)


def _hint(incoming: Incoming, assets: Assets) -> str | None:
    """A language to offer first: the typed text tells more than the app, which is often set to Danish."""
    if isinstance(incoming, TextTyped):
        guess = assets.guess_locale(incoming.text)
        if guess is not None:
            return guess
    code = (incoming.language_code or "").partition("-")[0]
    return code if code in assets.locales else None


# --- typed text ---------------------------------------------------------------------------------


def _typed(before: Session, session: Session, text: str, transcript: AddToTranscript, assets: Assets) -> Turn:
    if session.safe_word is not None and fold(text) == session.safe_word:
        return _safe_word(session, transcript)
    intent = assets.intent(text, session.locale)
    masked = mask_cpr(text)
    effects: tuple[Effect, ...] = ()
    if masked != text:
        told = SendMessage((Text("common/cpr_deleted"),))
        effects = (DeleteMessage(transcript.message_id), told)
        transcript = replace(transcript, text=masked, is_deleted=True)
    if intent == "danger":
        return _danger(session, effects, transcript)
    turn = _answer_typed(before, session, masked, intent, transcript, assets)
    return replace(turn, effects=effects + turn.effects) if effects else turn


def _danger(session: Session, effects: tuple[Effect, ...], transcript: AddToTranscript) -> Turn:
    """The card at once; who waits for an adviser, or asks for one later, comes first. No timer shows itself any more on
    a phone that somebody else may be watching."""
    if session.ticket is not None:
        effects = (*effects, OpenTicket("danger", "danger"), transcript)
    session = replace(session, danger_at=session.now())
    return Turn(session, (SendEmergencyCard(), CancelReminders(), *effects))


def _answer_typed(
    before: Session, session: Session, text: str, intent: str | None, transcript: AddToTranscript, assets: Assets
) -> Turn:
    if session.is_claimed and intent not in HEARD_WHILE_CLAIMED:
        return _to_adviser(session, text, transcript, assets)
    if intent in WAYS:
        return WAYS[intent](session, assets)
    is_waiting = session.ticket is not None  # then no word may be lost: what is no answer to the bot is for the adviser
    if session.locale is None or session.node is None:
        return _to_transcript(session, transcript) if is_waiting else _first_words(session, text, assets)
    if session.asks_resume:
        if intent in ("yes", "no"):
            return _resume(session, assets) if intent == "yes" else _start_over(session, assets)
        session = replace(session, asks_resume=False)
    elif before.is_idle(session.now(), IDLE) and session.node != HOME and not is_waiting:
        return _ask_resume(session)
    return _to_node(session, text, transcript, assets)


def _first_words(session: Session, text: str, assets: Assets) -> Turn:
    """Before there is a language or a place: the picker, or the menu."""
    picker = assets.nodes.get(LANGUAGE)
    if session.locale is None and isinstance(picker, Language):
        locale = picker.read_locale(Typed(text), assets)
        return enter(session, LANGUAGE, assets) if locale is None else _speak(session, locale, assets)
    offered = None if session.locale is None else offer_topics(session, text, assets)
    return offered or enter(session, HOME, assets)


def _to_node(session: Session, text: str, transcript: AddToTranscript, assets: Assets) -> Turn:
    node = find_node(session.node, assets)
    if node is None and session.ticket is not None:
        return _to_transcript(session, transcript)
    if node is None:
        return _gone(session, "common/place_gone", assets)
    if isinstance(node, Language):
        locale = node.read_locale(Typed(text), assets)
        if locale is not None:
            return _speak(session, locale, assets)
    turn = node.receive(session, Typed(text), assets)
    if turn is not None:
        return _follow(turn, assets)
    if session.ticket is not None:
        return _to_transcript(session, transcript)
    offered = offer_topics(session, text, assets)
    if offered is not None:
        return offered
    asked = ask_to_keep(session, text)
    aside = _aside(asked.session, "common/not_understood", assets)
    return Turn(aside.session, aside.effects + asked.effects)


def _to_adviser(session: Session, text: str, transcript: AddToTranscript, assets: Assets) -> Turn:
    """Everything goes to the adviser; where they have opened a flow, what answers its question goes on in it, too."""
    node = find_node(session.node, assets) if session.is_asked and transcript.kind == "text" else None
    turn = node.receive(session, Typed(text), assets) if node is not None else None
    if turn is None:
        return Turn(session, (transcript,))
    turn = _follow(turn, assets)
    return replace(turn, effects=(transcript, *turn.effects))


def _safe_word(session: Session, transcript: AddToTranscript) -> Turn:
    """Somebody else is reading: everything leaves the screen, and nothing more is sent until the adviser says so."""
    told = replace(transcript, text="", kind="safe_word")
    return Turn(replace(session, is_paused=session.ticket is not None, safe_word=None), (told, HideChat()))


def _to_transcript(session: Session, transcript: AddToTranscript) -> Turn:
    """What is not an answer to the bot is meant for the adviser; the first time the person is told so."""
    if session.ticket_told:
        return Turn(session, (transcript,))
    parts = (Text("common/joined_ticket"), Text(f"{HUMAN}/meanwhile"))
    receipt = SendMessage(parts, ways(HUMAN, keeps=True), tells_waiting="once")
    return Turn(replace(session, ticket_told=True), (transcript, receipt))


def _aside(session: Session, key: str, assets: Assets) -> Turn:
    """Say something about what came in, above the question that is still open: it may have scrolled away."""
    if session.locale is None or session.node is None:
        return enter(session, LANGUAGE if session.locale is None else HOME, assets)
    node = find_node(session.node, assets)
    if node is None:
        return _gone(session, "common/place_gone", assets)
    turn = enter(session, node.id, assets)
    shown = next((effect for effect in turn.effects if isinstance(effect, SendMessage)), None)
    if shown is None:
        return Turn(session, (SendMessage((Text(key),), ways(node.id)),))
    return Turn(session, (replace(shown, parts=(Text(key), *shown.parts)),))


def _other(session: Session, assets: Assets) -> Turn:
    """A sticker, a voice: an adviser cannot get it either, so the person must be told."""
    if session.is_claimed:
        return Turn(session, (SendMessage((Text("common/cannot_read"),)),))
    return _aside(session, "common/cannot_read", assets)


def _file(session: Session, incoming: FileSent, assets: Assets) -> Turn:
    caption = mask_cpr(incoming.caption)
    transcript = AddToTranscript(
        caption,
        incoming.message_id,
        incoming.kind,
        incoming.file_id,
        incoming.file_name,
        incoming.mime_type,
        is_edit=incoming.is_edit,
    )
    effects: tuple[Effect, ...] = ()
    if caption != incoming.caption:
        effects = (DeleteMessage(incoming.message_id), SendMessage((Text("common/cpr_deleted"),)))
        transcript = replace(transcript, is_deleted=True)
    if caption and assets.intent(caption, session.locale) == "danger":
        return _danger(session, effects, transcript)
    refused = _refused_file(session, incoming, assets)
    if refused is not None and incoming.is_edit and session.ticket is None:
        turn = Turn(session)  # it was said when the file came
    elif refused is not None:
        # An album comes as one message a picture: what is wrong with it is said once.
        is_known = incoming.album_id is not None and incoming.album_id == session.album
        turn = Turn(session) if is_known else refused
        turn = replace(turn, session=replace(turn.session, album=incoming.album_id))
    else:
        turn = Turn(session, (transcript,)) if session.is_claimed else _to_transcript(session, transcript)
    return replace(turn, effects=effects + turn.effects)


def _refused_file(session: Session, incoming: FileSent, assets: Assets) -> Turn | None:
    """Why a file goes to nobody, in words; None where an adviser gets it."""
    if session.ticket is None:
        return _aside(session, "common/cannot_read_file", assets)
    if (incoming.size_bytes or 0) > MOST_BYTES:
        return Turn(session, (SendMessage((Text("common/file_too_large", {"mb": str(MOST_MEGABYTES)}),)),))
    # Telegram only repeats what the sender's app says; the desk looks at the first bytes before it shows anything.
    if incoming.mime_type is not None and not incoming.mime_type.startswith(READABLE):
        return Turn(session, (SendMessage((Text("common/file_unreadable"),)),))
    return None


# --- commands and ways --------------------------------------------------------------------------


def _command(session: Session, incoming: CommandGiven, assets: Assets) -> Turn:
    if incoming.name == "start":
        return _start(session, incoming.argument, assets)
    way = _COMMANDS.get(incoming.name)
    if way is None:
        return _aside(session, "common/unknown_command", assets)
    return WAYS[way](session, assets)


def _start(session: Session, argument: str, assets: Assets) -> Turn:
    """`/start`, or a deep link `/start complaint-ar`: a topic and a language to open it in."""
    topic, tag = read_start(argument, assets)
    locale, fresh = tag or session.locale, session.started_over()
    if locale is None:
        # The topic waits behind the picker, where the language takes the person on to it.
        return enter(replace(fresh, trail=() if topic is None else (topic,)), LANGUAGE, assets)
    turn = enter(replace(fresh, locale=locale), topic or HOME, assets)
    is_new, changes = session.locale is None or session.node is None, locale != session.locale
    told: tuple[Effect, ...] = ()
    if is_new or topic is None:  # who has left (hide, stop) is new again: the keyboard is gone
        told = (SendMessage((Text("start/welcome"),), keyboard="show"),)
    elif changes:
        told = (SendMessage((Text("common/language_changed"),), keyboard="show"),)
    follows = (ChangeTicketLanguage(locale),) if changes and session.ticket is not None else ()
    return replace(turn, effects=(*follows, *told, *turn.effects))


def _menu(session: Session, assets: Assets) -> Turn:
    return enter(replace(session, returns=(), asks_resume=False), HOME, assets)


def _back(session: Session, assets: Assets) -> Turn:
    if not session.trail:
        return _menu(session, assets)
    *trail, place = session.trail
    return enter(replace(session, node=None, trail=tuple(trail)), place, assets)


def _start_over(session: Session, assets: Assets) -> Turn:
    return enter(session.started_over(), HOME, assets)


def _resume(session: Session, assets: Assets) -> Turn:
    return enter(replace(session, asks_resume=False), session.node or HOME, assets)


def _ask_resume(session: Session) -> Turn:
    rows = (
        (Button(Text("common/resume"), way_data("resume")),),
        (Button(Text("common/start_over"), way_data("start_over")),),
    )
    return Turn(replace(session, asks_resume=True), (SendMessage((Text("common/welcome_back"),), rows),))


def _emergency(session: Session, assets: Assets) -> Turn:
    return Turn(session, (SendEmergencyCard(),))


def _hide(session: Session, assets: Assets) -> Turn:
    """Somebody may be looking at the phone: neither the queue nor an adviser shows up on it by itself."""
    return Turn(replace(session.started_over(), is_paused=session.ticket is not None), (HideChat(),))


def _quiet(session: Session, assets: Assets) -> Turn:
    """Without sound, and nothing by itself; said again, with sound."""
    session = replace(session, is_quiet=not session.is_quiet)
    told = SendMessage((Text("common/quiet_on" if session.is_quiet else "common/quiet_off"),), ways(HOME, keeps=True))
    return Turn(session, (CancelReminders(), told) if session.is_quiet else (told,))


def _stop(session: Session, assets: Assets) -> Turn:
    told = SendMessage((Text("common/stopped"),), keyboard="remove")
    return Turn(session.started_over(), (CancelReminders(), CancelTicket(), told))


def _way_to(node: str) -> Callable[[Session, Assets], Turn]:
    return lambda session, assets: enter(session, node, assets)


# What a typed word, a command or a button on every screen can mean, wherever the person is.
WAYS: dict[str, Callable[[Session, Assets], Turn]] = {
    "menu": _menu,
    "back": _back,
    "start_over": _start_over,
    "resume": _resume,
    "human": _way_to(HUMAN),
    "language": _way_to(LANGUAGE),
    "help": _way_to(HELP),
    "privacy": _way_to(PRIVACY),
    "delete": _way_to(DELETE),
    "emergency": _emergency,
    "hide": _hide,
    "quiet": _quiet,
    "stop": _stop,
}

# Commands, in the order in which they are listed to the person ("start" comes from Telegram itself).
COMMANDS = ("menu", "human", "emergency", "language", "help", "hide", "quiet", "privacy", "delete", "stop")
_COMMANDS = {name: name for name in (*COMMANDS, "back")} | {"adviser": "human", "112": "emergency"}


# --- buttons ------------------------------------------------------------------------------------


def _pressed(before: Session, session: Session, incoming: ChoicePressed, assets: Assets) -> Turn:
    if _is_double_tap(before, incoming):
        return Turn(session)
    session = replace(session, pressed=incoming.data, asks_resume=False)
    press = read_press(incoming.data)
    if press.way == NONE:
        return _rewriting(none_meant(session, before.question), incoming.message_id)
    if press.way == KEEP:
        return _rewriting(answer_keep(session, before.question, may_keep=press.argument == "yes"), incoming.message_id)
    if press.way:
        return _pressed_way(session, press, incoming.message_id, assets)
    node = find_node(press.node, assets)
    if node is None:
        return _gone(session, "common/button_gone", assets)
    is_current = session.node == press.node
    # A button of an older message opens what it meant: go back to its node and answer there.
    session = session if is_current else session.at(node.id)
    turn = node.receive(session, Picked(press.choice), assets) if node.id == press.node else None
    turn = enter(session, node.id, assets) if turn is None else _follow(turn, assets)
    return _rewriting(turn, incoming.message_id) if is_current and not node.keeps else turn


def _is_double_tap(before: Session, incoming: ChoicePressed) -> bool:
    if before.touched_at is None or incoming.data != before.pressed or incoming.data.startswith(way_data("back")):
        return False
    return incoming.at - before.touched_at < DOUBLE_TAP


def _pressed_way(session: Session, press: Press, message_id: int, assets: Assets) -> Turn:
    if press.way == "locale" and press.argument in assets.locales:
        turn = _speak(session, press.argument, assets)
        # The first time the welcome comes below the picker, and the menu below the welcome.
        return turn if session.locale is None else _rewriting(turn, message_id)
    if press.way == "original":
        return _original(session, press.argument, assets)
    if press.way == "rate" and press.argument in RATINGS:
        thanks = SendMessage((Text("common/rated"),), ways(HOME), replaces=message_id)
        return Turn(session, (RateTicket(press.argument), thanks))
    if press.way == "safe":
        return _safe(session, press.argument == "yes", message_id)
    if press.way == "transcript":
        return Turn(session, (SendTranscript(),))
    if press.way == "talk_on":
        return Turn(session, (ReopenTicket("danger" if session.is_in_danger() else "normal"),))
    if press.way == "said":
        asked, _, answer = press.argument.partition(":")
        return Turn(session, (AnswerAdviser(asked, answer),))
    if press.way == "callback":
        try:
            return Turn(session, (ChooseCallback(read_callback(press.argument)),))
        except ValueError:
            return _gone(session, "common/button_gone", assets)
    if press.way == OPEN:
        node = find_node(press.argument, assets)
        return _gone(session, "common/button_gone", assets) if node is None else enter(session, node.id, assets)
    way = WAYS.get(press.way)
    if way is None:
        return _gone(session, "common/button_gone", assets)
    turn = way(session, assets)
    return turn if press.argument == NEW_MESSAGE else _rewriting(turn, message_id)


def _safe(session: Session, is_safe: bool, message_id: int) -> Turn:
    """The answer to an adviser's "is it safe to write now?"; the question leaves the screen."""
    kind: Literal["safe", "unsafe"] = "safe" if is_safe else "unsafe"
    return Turn(session, (DeleteMessage(message_id), AddToTranscript("", message_id, kind)))


def _rewriting(turn: Turn, message_id: int) -> Turn:
    """Show the first message in place of the pressed one, so that the chat does not fill with old menus."""
    for index, effect in enumerate(turn.effects):
        if isinstance(effect, SendMessage) and effect.keyboard is None:
            rewritten = replace(effect, replaces=message_id)
            return replace(turn, effects=(*turn.effects[:index], rewritten, *turn.effects[index + 1 :]))
    return turn


def _speak(session: Session, locale: str, assets: Assets) -> Turn:
    """From now on in this language: the first time the welcome and what was asked for, later the same place again."""
    first_time = session.locale is None
    session = replace(session, locale=locale)
    follows = (ChangeTicketLanguage(locale),) if session.ticket is not None else ()
    keyboard = SendMessage((Text("start/welcome" if first_time else "common/language_changed"),), keyboard="show")
    place = session.node
    if first_time or place is None:
        asked_for = session.trail[-1] if place == LANGUAGE and session.trail else HOME
        turn = enter(replace(session, node=None, trail=()), asked_for, assets)
        # The picker stays above the welcome, so the menu is a message of its own.
        return replace(turn, effects=(*follows, keyboard, *turn.effects))
    if place == LANGUAGE:
        *trail, place = session.trail or (HOME,)
        session = replace(session, node=None, trail=tuple(trail))
    turn = enter(session, place, assets)
    return replace(turn, effects=(*follows, *turn.effects, keyboard))


def _original(session: Session, shown: str, assets: Assets) -> Turn:
    """The same screen in Danish, below the translated one, to check or to show at a counter."""
    press = read_press(shown)
    node = find_node(press.node, assets)
    if node is None:
        return _gone(session, "common/button_gone", assets)
    source = assets.locales[0]
    in_danish = replace(session, locale=source)
    turn = node.receive(in_danish, Picked(press.choice), assets) if press.choice else None
    effects = _follow(turn or node.enter(in_danish, assets), assets).effects
    danish = (replace(effect, locale=source) for effect in effects if isinstance(effect, SendMessage))
    return Turn(session, tuple(danish))


# --- nodes --------------------------------------------------------------------------------------


def find_node(node_id: str | None, assets: Assets) -> Node | None:
    """The node of this id, or the one that took its place, or None."""
    followed: set[str] = set()
    while node_id is not None and node_id not in assets.nodes and node_id not in followed:
        followed.add(node_id)
        node_id = assets.moved.get(node_id)
    return assets.nodes.get(node_id or "")


def enter(session: Session, node_id: str, assets: Assets) -> Turn:
    """Enter a node and go on until one waits. Only that one joins the person's trail.

    Raises:
        FlowNeverWaits: more than MAX_STEPS nodes in a row went on.
    """
    effects: tuple[Effect, ...] = ()
    for _ in range(MAX_STEPS):
        node = find_node(node_id, assets)
        if node is None:
            return _gone(session, "common/place_gone", assets, effects)
        turn = node.enter(session, assets)
        session, effects = turn.session, effects + turn.effects
        if turn.goto is None:
            return Turn(session.at(node.id), effects)
        node_id = turn.goto
    raise FlowNeverWaits(node_id)


def _follow(turn: Turn, assets: Assets) -> Turn:
    """Finish what a node answered: go on where it points."""
    if turn.goto is None:
        return turn
    onward = enter(turn.session, turn.goto, assets)
    return replace(onward, effects=turn.effects + onward.effects)


def _gone(session: Session, key: str, assets: Assets, effects: tuple[Effect, ...] = ()) -> Turn:
    """One sentence on why not, and the menu; without a language the picker."""
    place = HOME if session.locale is not None and HOME in assets.nodes else LANGUAGE
    turn = enter(replace(session, node=None, returns=()), place, assets)
    said = SendMessage((Text(key),))
    return replace(turn, effects=(*effects, said, *turn.effects))
