from bot.engine.effects import DeleteMessage, ForgetPerson, HideChat, LeaveChat, SendMessage, Text
from bot.handoff.transcript import TranscriptLine
from bot.runner.message import message_body
from bot.runner.outgoing import DELETABLE
from bot.runner.scene import Scene, handles


@handles(DeleteMessage)
def delete_message(effect: DeleteMessage, scene: Scene) -> None:
    scene.send("delete", {"message_ids": [effect.message_id]})


@handles(HideChat)
def hide_chat(effect: HideChat, scene: Scene) -> None:
    ticket = scene.uow.tickets.open_of(scene.session.chat_id)
    if ticket is not None:
        scene.uow.transcripts.add(ticket.chat_id, ticket.id, TranscriptLine(scene.at, "person", "hidden", ""))
    take_off_screen(scene)


def take_off_screen(scene: Scene) -> None:
    """What is on the screen goes first; the last thing is one harmless line, which also takes the keyboard away.

    Telegram tells bots nothing of what people delete themselves: only what we delete can be shown as such.
    """
    chat_id = scene.session.chat_id
    scene.uow.outbox.cancel_reminders(chat_id)
    ids = scene.uow.outbox.message_ids(chat_id, scene.at - DELETABLE)
    scene.uow.transcripts.mark_deleted(chat_id, ids, scene.at)
    scene.send("hide", {})  # finds the ids itself when it leaves: the last answers may be on their way just now
    line = SendMessage((Text("common/hidden"),), keyboard="remove")
    scene.send("message", message_body(line, scene.session.locale, scene.release))
    scene.uow.audit.note(chat_id, "chat hidden", scene.at)


@handles(ForgetPerson)
def forget_person(effect: ForgetPerson, scene: Scene) -> None:
    ticket = scene.uow.tickets.open_of(scene.session.chat_id)
    if ticket is not None:
        scene.uow.announce("queue", f"ticket:{ticket.id}")
    scene.uow.people.forget(scene.session.chat_id, scene.at)
    scene.keeps_session = False


@handles(LeaveChat)
def leave_chat(effect: LeaveChat, scene: Scene) -> None:
    scene.send("leave", {}, forgets=True)
