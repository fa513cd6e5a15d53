"""What is wrong with the content, where, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding. `where` is "flows/start.yaml:14", a form that editors and terminals open; `code` is stable."""

    where: str
    code: str
    what: str
    hint: str = ""
    is_warning: bool = False

    def __str__(self) -> str:
        said = f"{self.where}: {'warning: ' if self.is_warning else ''}{self.what}"
        return f"{said} {self.hint} [{self.code}]" if self.hint else f"{said} [{self.code}]"


def did_you_mean(name: object, known: Iterable[object]) -> str:
    near = get_close_matches(str(name), list(map(str, known)), n=1)
    return f"Did you mean '{near[0]}'?" if near else ""
