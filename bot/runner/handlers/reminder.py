from bot.engine.effects import CancelReminders, Remind, SendMessage
from bot.runner.message import message_body
from bot.runner.scene import Scene, handles


@handles(Remind)
def remind(effect: Remind, scene: Scene) -> None:
    body = message_body(SendMessage(effect.parts, effect.rows), scene.session.locale, scene.release)
    scene.send("reminder", body, due_at=effect.at, name=effect.name)


@handles(CancelReminders)
def cancel_reminders(effect: CancelReminders, scene: Scene) -> None:
    scene.uow.outbox.cancel_reminders(scene.session.chat_id)
