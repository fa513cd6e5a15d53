from datetime import timedelta

from bot.engine.effects import DeleteMessage, ForgetPerson, HideChat, LeaveChat, SendMessage, Text
from bot.runner.message import message_body
from bot.runner.outgoing import deletions
from bot.runner.scene import Scene, handles

DELETABLE = timedelta(hours=48)  # Telegram lets bots delete messages that are younger than this


@handles(DeleteMessage)
def delete_message(effect: DeleteMessage, scene: Scene) -> None:
    scene.send("delete", {"message_ids": [effect.message_id]})


@handles(HideChat)
def hide_chat(effect: HideChat, scene: Scene) -> None:
    """What is on the screen goes first; the last thing is one harmless line, which also takes the keyboard away."""
    chat_id = scene.session.chat_id
    scene.uow.outbox.cancel_reminders(chat_id)
    for body in deletions(scene.uow.outbox.message_ids(chat_id, scene.at - DELETABLE)):
        scene.send("delete", body)
    line = SendMessage((Text("common/hidden"),), keyboard="remove")
    scene.send("message", message_body(line, scene.session.locale, scene.release))
    scene.uow.audit.note(chat_id, "chat hidden", scene.at)


@handles(ForgetPerson)
def forget_person(effect: ForgetPerson, scene: Scene) -> None:
    scene.uow.people.forget(scene.session.chat_id, scene.at)
    scene.keeps_session = False


@handles(LeaveChat)
def leave_chat(effect: LeaveChat, scene: Scene) -> None:
    scene.send("leave", {}, forgets=True)
