from bot.engine.effects import CountQuestion, KeepQuestion
from bot.runner.scene import Scene, handles


@handles(CountQuestion)
def count_question(effect: CountQuestion, scene: Scene) -> None:
    scene.uow.questions.count(effect.locale or "", scene.at)


@handles(KeepQuestion)
def keep_question(effect: KeepQuestion, scene: Scene) -> None:
    scene.uow.questions.add(effect.text, effect.locale or "", scene.at)
