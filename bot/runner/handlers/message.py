from dataclasses import replace

from bot.engine.effects import Button, SendEmergencyCard, SendMessage, Text
from bot.engine.press import NEW_MESSAGE, way_data
from bot.runner.message import message_body
from bot.runner.outgoing import MessageBody
from bot.runner.release import Release
from bot.runner.scene import Scene, handles
from bot.runner.waiting import waiting_words


@handles(SendMessage)
def send_message(effect: SendMessage, scene: Scene) -> None:
    if effect.tells_waiting:
        effect = _with_waiting(effect, scene)
    scene.send("message", message_body(effect, scene.session.locale, scene.release), forgets=not scene.keeps_session)


def _with_waiting(message: SendMessage, scene: Scene) -> SendMessage:
    ticket = scene.uow.tickets.open_of(scene.session.chat_id)
    if ticket is None:
        return message
    if message.tells_waiting == "once" and ticket.told is not None:
        return message
    words, told = waiting_words(scene.uow, ticket, scene.at)
    if ticket.state == "claimed":
        return replace(message, parts=words)
    if told != ticket.told:
        scene.uow.tickets.save(replace(ticket, told=told))
    first, *others = message.parts
    return replace(message, parts=(first, *words, *others))


@handles(SendEmergencyCard)
def send_emergency_card(effect: SendEmergencyCard, scene: Scene) -> None:
    locale = scene.session.locale or scene.session.hint
    scene.send("message", emergency_card(locale, scene.release))
    scene.uow.audit.note(scene.session.chat_id, "emergency card sent", scene.at)


def emergency_card(locale: str | None, release: Release) -> MessageBody:
    """The card in that language with the Danish beside it; without a language in Danish and English."""
    source = release.locales[0]
    first = locale or ("en" if "en" in release.locales else source)
    tags = dict.fromkeys((first, source))  # in this order, each once
    parts = tuple(Text("emergency/card", locale=tag) for tag in tags)
    human = Button(Text("common/human"), way_data("human", NEW_MESSAGE))
    menu = Button(Text("common/menu"), way_data("menu", NEW_MESSAGE))
    return message_body(SendMessage(parts, ((human,), (menu,)), locale=first), first, release)
