"""How well typed text is understood, language by language: `python -m tests.understanding.report`.

The sentences in `development/` were written apart from the phrases, in three parts: those that constants were chosen
by; "unseen", after which phrases were written by others who had not seen them; and "fresh", written after the phrases
by writers who saw none of them: these are what the goals are to be compared with.
"""

import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bot.understanding.meaning import Meaning, Understanding
from tests.support.content import our_release

SETS = Path(__file__).parent / "development"
PARTS = ("", "unseen", "fresh")


def measure(understanding: Understanding, tag: str, part: str = "") -> dict[str, float]:
    """Shares, 0 to 1, of what is right in one language's part; CPR numbers belong to every part."""
    right: dict[str, list[bool]] = defaultdict(list)
    for line in read(tag):
        if part_of(line) != part and "cpr" not in line["kind"]:
            continue
        for name, is_right in judge(line, understanding.meaning(line["text"])).items():
            right[name].append(is_right)
    return {name: sum(found) / len(found) for name, found in sorted(right.items())}


def read(tag: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SETS / f"{tag}.jsonl").read_text("utf-8").splitlines()]


def part_of(line: Mapping[str, Any]) -> str:
    return next((part for part in PARTS if part and line["kind"].startswith(f"{part}_")), "")


def judge(line: Mapping[str, Any], found: Meaning) -> dict[str, bool]:
    kind = line["kind"].removeprefix(f"{part_of(line)}_")
    judged = {"no false CPR": not found.has_cpr}
    if kind in ("cpr", "no_cpr"):
        return {"CPR": found.has_cpr} if kind == "cpr" else judged
    judged["language"] = found.locale == line["lang"]
    if kind == "topic":
        wanted: Sequence[str] = line["topics"]
        judged |= {
            "first": found.topics[:1] != () and found.topics[0] in wanted,
            "among three": any(topic in found.topics for topic in wanted),
            "not refused": found.topics != (),
        }
    if kind == "out_of_scope":
        judged["out of scope"] = found.topics == ()
    judged["danger" if kind == "danger" else "near miss" if kind == "harmless" else "no alarm"] = found.is_danger == (
        kind == "danger"
    )
    judged["human" if kind == "human" else "no false wish"] = found.wants_human == (kind == "human")
    return judged


def main() -> None:
    understanding = our_release().understanding
    understanding.warm()
    tags = sorted(path.stem for path in SETS.glob("*.jsonl"))
    for part in PARTS:
        table = {tag: measure(understanding, tag, part) for tag in tags}
        print(f"\n{part or 'development':<14}" + "".join(f"{tag:>6}" for tag in tags) + "   all")
        for name in sorted({name for row in table.values() for name in row}):
            shares = [row.get(name, 1.0) for row in table.values()]
            print(f"{name:<14}" + "".join(f"{100 * share:6.0f}" for share in (*shares, sum(shares) / len(shares))))
    texts = [line["text"] for tag in tags for line in read(tag)]
    times = []
    for text in texts:
        started = time.perf_counter()
        understanding.meaning(text)
        times.append(time.perf_counter() - started)
    print(f"\nmedian {1000 * median(times):.1f} ms a message, {len(texts)} messages")


if __name__ == "__main__":
    main()
