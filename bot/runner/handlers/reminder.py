from typing import Any, cast

from bot.engine.effects import CancelReminders, Remind, SendMessage
from bot.runner.message import message_body
from bot.runner.scene import Scene, handles


@handles(Remind)
def remind(effect: Remind, scene: Scene) -> None:
    body = message_body(SendMessage(effect.parts, effect.rows), scene.session.locale, scene.release)
    chat_id = scene.session.chat_id
    scene.uow.outbox.add(chat_id, "reminder", cast(dict[str, Any], body), due_at=effect.at, name=effect.name)


@handles(CancelReminders)
def cancel_reminders(effect: CancelReminders, scene: Scene) -> None:
    scene.uow.outbox.cancel_reminders(scene.session.chat_id)
