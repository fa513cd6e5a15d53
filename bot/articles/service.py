"""A place that helps: its name stays Danish, what it does is translated, its numbers are facts."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """`facts` names a fact for "phone", "email", "address" and "url"; a missing one was not looked for."""

    id: str
    name: str
    facts: Mapping[str, str]
    is_free: bool = False
