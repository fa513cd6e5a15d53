"""What the command line says about the content."""

from collections.abc import Iterator

from bot.content.editorial import Editorial
from bot.content.exchange import Import
from bot.content.problem import Problem
from bot.content.workbench import State

SHORT = 12  # digits of a revision: enough to tell all apart
STATES = 5


def status_lines(editorial: Editorial) -> Iterator[str]:
    """Where draft and live stand, what waits, and how far each language is."""
    review = editorial.review()
    yield f"live   {review.live[:SHORT]}"
    yield f"draft  {review.draft[:SHORT]}"
    texts, commits = len(review.difference.texts), len(review.commits)
    yield f"{commits} edits wait for publication; they change {texts} texts" if commits else "Nothing to publish."
    yield f"{len(review.errors)} errors, {len(review.problems) - len(review.errors)} warnings in the draft"
    for waiting in editorial.waiting():
        yield f"{waiting.branch} cannot be merged:"
        yield from (f"  {reason}" for reason in waiting.reasons)
    yield ""
    for tag, counts in editorial.bench().counts().items():
        yield f"{tag:<8}" + "".join(f"{counts[state]:>7} {state}" for state in State)
    yield ""
    for commit in editorial.history(STATES):
        what = f"{commit.action:<9}  {commit.author.name}: {commit.message}"
        yield f"{commit.revision[:SHORT]}  {commit.at:%Y-%m-%d %H:%M}  {what}"


def import_lines(name: str, result: Import) -> Iterator[str]:
    yield from (f"{name}:{refusal}" for refusal in result.refused)
    yield (
        f"{len(result.texts)} texts taken, {result.same} as before, {result.empty} empty, {len(result.refused)} refused"
    )


def new_problems(before: tuple[Problem, ...], after: tuple[Problem, ...]) -> list[Problem]:
    """Problems that were not there before; a line that only moved is no new problem."""
    known = {(problem.code, problem.what, problem.where.rpartition(":")[0]) for problem in before}
    return [each for each in after if (each.code, each.what, each.where.rpartition(":")[0]) not in known]
