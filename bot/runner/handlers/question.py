from bot.engine.effects import CountQuestion, KeepQuestion
from bot.runner.scene import Scene, handles


@handles(CountQuestion)
def count_question(effect: CountQuestion, scene: Scene) -> None:
    """Counted beside the transaction (runner/visits.py): else all chats would wait for one row."""


@handles(KeepQuestion)
def keep_question(effect: KeepQuestion, scene: Scene) -> None:
    scene.uow.questions.add(effect.text, effect.locale or "", scene.at)
