"""Reads the files as they are written: flows, articles, services, facts, phrases, each text with its key and line."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import bot.engine.nodes  # noqa: F401  (registers the node kinds)
from bot.articles.service import CONTACTS
from bot.content.problem import Problem
from bot.content.yaml_file import YamlError, YamlMap, read_yaml
from bot.engine.flow import NODE_KINDS

LEARNED = "knowledge/phrases/learned"  # the folder of what was learned from the phrases
MAX_BYTES = 1_000_000  # a file of an editor is never larger
_PREPARED = re.compile(r"^prepared: true$", re.MULTILINE)
_NAMED_FACT = re.compile(r"\{([a-z0-9_.]+)\}")
_ORIGIN = ("as_of", "confidence", "sources", "checked_on", "checked_by", "review_by")
_LISTS = ("topics", "for", "languages", "said", "sources")  # fields of a service that are lists of words
_ONE_WORD = ("goto", "name", "fact", "article", "days", "expects")  # kinds of fields of a node
_SECTION = re.compile(r"^## (?P<heading>.+?) \{#(?P<id>[a-z][a-z0-9_]*)\}$", re.MULTILINE)

_Value = TypeVar("_Value")
SourceValue = str | tuple[str, str]  # a text, or its singular and plural


@dataclass(frozen=True, slots=True)
class SourceText:
    """A Danish text: its key (gettext's context), where it stands, and what a translator should know."""

    key: str
    text: SourceValue
    where: str
    comment: str = ""


@dataclass(slots=True)
class Sources:
    """Everything that was read, and every problem with reading it."""

    texts: dict[str, SourceText] = field(default_factory=dict)
    flows: dict[str, YamlMap] = field(default_factory=dict)
    nodes: dict[str, YamlMap] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)  # node id -> file:line
    moved: dict[str, str] = field(default_factory=dict)
    sections: dict[str, tuple[str, ...]] = field(default_factory=dict)  # article id -> ids of its sections
    services: dict[str, YamlMap] = field(default_factory=dict)
    facts: dict[str, YamlMap] = field(default_factory=dict)
    phrases: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    learned: dict[str, bytes] = field(default_factory=dict)  # from the phrases, by name
    prepared: frozenset[str] = frozenset()  # keys of texts that wait for their translations
    problems: list[Problem] = field(default_factory=list)

    def add_text(self, key: str, value: Any, where: str, comment: str = "") -> None:
        if isinstance(value, YamlMap) and set(value) == {"one", "other"}:
            text: SourceValue = (str(value["one"]), str(value["other"]))
        elif isinstance(value, str) and value.strip():
            text = value.strip()
        else:
            self.problems.append(Problem(where, "text-missing", f"'{key}' must be a text."))
            return
        if key in self.texts:
            self.problems.append(Problem(where, "key-twice", f"'{key}' stands also in {self.texts[key].where}."))
        self.texts[key] = SourceText(key, text, where, comment)


def read_sources(root: Path, *, with_prepared: bool = False) -> Sources:
    """Read `flows/` and `knowledge/` below root. Never raises for what an editor wrote: see `problems`.

    Args:
        with_prepared: Also flows and articles with `prepared: true`, which wait for their translations: translators
            see them, citizens do not.
    """
    sources, prepared = Sources(), Sources()
    for folder, (suffix, read) in _READERS.items():
        for path in _files(root, f"{folder}/*{suffix}"):
            waits = folder in _MAY_BE_PREPARED and not with_prepared and _is_prepared(path)
            read(path, root, prepared if waits else sources)
    sources.prepared = frozenset(prepared.texts)
    for path in _files(root, "knowledge/phrases/*.yaml"):
        loaded = _load_yaml(path, root, sources)
        if loaded is not None:
            sources.phrases[path.stem] = loaded
    sources.learned = {path.stem: path.read_bytes() for path in _files(root, f"{LEARNED}/*.npz")}
    return sources


def can_reread(path: str) -> bool:
    """Whether `reread` knows this kind of file."""
    folder, suffix = path.rpartition("/")[0], Path(path).suffix
    return folder in _READERS and _READERS[folder][0] == suffix


def reread(sources: Sources, root: Path, paths: Iterable[str]) -> Sources:
    """The same with these files below root as they are now, prepared or not; all other files are not read again.

    Where one name stands in two files, which is a problem, it may differ from what reading all of them gives.
    """
    for path in filter(can_reread, paths):
        sources = _without(sources, path)
        if (root / path).is_file():
            _READERS[path.rpartition("/")[0]][1](root / path, root, sources)
    return _in_order(sources)


def _without(sources: Sources, path: str) -> Sources:
    """A copy that holds nothing of a file, and that can be added to."""
    start, name, folder = f"{path}:", Path(path).stem, path.rpartition("/")[0]

    def kept(values: Mapping[str, _Value]) -> dict[str, _Value]:
        return {id: value for id, value in values.items() if not sources.where.get(id, "").startswith(start)}

    def others(values: Mapping[str, _Value], belong_to: str) -> dict[str, _Value]:
        """Of a mapping by the names of files."""
        return {id: value for id, value in values.items() if (folder, id) != (belong_to, name)}

    moved = {old: to for old, to in sources.moved.items() if (folder, old.partition("/")[0]) != ("flows", name)}
    return replace(
        sources,
        texts={key: text for key, text in sources.texts.items() if not text.where.startswith(start)},
        nodes=kept(sources.nodes),
        facts=kept(sources.facts),
        where=kept(sources.where),
        flows=others(sources.flows, "flows"),
        moved=moved,
        sections=others(sources.sections, "knowledge/articles"),
        services=others(sources.services, "knowledge/services"),
        problems=[problem for problem in sources.problems if not problem.where.startswith(start)],
    )


def _in_order(sources: Sources) -> Sources:
    """As if all files had been read one after the other."""
    ranks = {folder: rank for rank, folder in enumerate(_READERS)}

    def by_file(values: Mapping[str, _Value], where: Callable[[str], str]) -> dict[str, _Value]:
        def place(item: tuple[str, _Value]) -> tuple[int, str]:
            path = where(item[0]).partition(":")[0]
            return ranks[path.rpartition("/")[0]], path

        return dict(sorted(values.items(), key=place))

    def by_name(values: Mapping[str, _Value], folder: str) -> dict[str, _Value]:
        return dict(sorted(values.items(), key=lambda item: item[0] + _READERS[folder][0]))

    return replace(
        sources,
        texts=by_file(sources.texts, lambda key: sources.texts[key].where),
        nodes=by_file(sources.nodes, sources.where.__getitem__),
        facts=by_file(sources.facts, sources.where.__getitem__),
        flows=by_name(sources.flows, "flows"),
        sections=by_name(sources.sections, "knowledge/articles"),
        services=by_name(sources.services, "knowledge/services"),
    )


def _files(root: Path, pattern: str) -> Iterator[Path]:
    yield from sorted(root.glob(pattern))


def _is_prepared(path: Path) -> bool:
    return _PREPARED.search(path.read_text("utf-8", errors="replace")) is not None


def _place(path: Path, root: Path, line: int = 0) -> str:
    return f"{path.relative_to(root)}:{line + 1}"


def _load_yaml(path: Path, root: Path, sources: Sources) -> YamlMap | None:
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise ValueError(f"has more than {MAX_BYTES} bytes")
        return read_yaml(raw.decode("utf-8"))
    except (YamlError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error)
        sources.problems.append(Problem(_place(path, root, mark.line if mark else 0), "yaml-unreadable", f"{what}."))
        return None


def _part(loaded: YamlMap, name: str, path: Path, root: Path, sources: Sources) -> YamlMap:
    """A mapping inside a file; empty where it is left out, or is something else, which is then a problem."""
    value = loaded.get(name)
    if isinstance(value, YamlMap):
        return value
    if value is not None:
        place = _place(path, root, loaded.lines[name])
        sources.problems.append(Problem(place, "field-shape", f"'{name}' must be names with something behind each."))
    return YamlMap()


def read_flow(path: Path, root: Path, sources: Sources) -> None:
    loaded = _load_yaml(path, root, sources)
    if loaded is None:
        return
    flow = str(loaded.get("flow", path.stem))
    if flow != path.stem:
        sources.problems.append(Problem(_place(path, root), "flow-name", f"flow '{flow}' must be in {flow}.yaml."))
    sources.flows[flow] = loaded
    texts = _part(loaded, "texts", path, root, sources)
    for name, value in texts.items():
        sources.add_text(f"{flow}/{name}", value, _place(path, root, texts.lines[name]))
    for old, new in _part(loaded, "moved", path, root, sources).items():
        sources.moved[f"{flow}/{old}"] = str(new) if "/" in str(new) else f"{flow}/{new}"
    nodes = _part(loaded, "nodes", path, root, sources)
    for name, node in nodes.items():
        line = nodes.lines[name]
        if not isinstance(node, YamlMap) or str(node.get("kind")) not in NODE_KINDS:
            what = f"node '{name}' has no known kind."
            hint = f"Kinds are {', '.join(sorted(NODE_KINDS))}."
            sources.problems.append(Problem(_place(path, root, line), "kind-unknown", what, hint))
            continue
        sources.nodes[f"{flow}/{name}"] = node
        sources.where[f"{flow}/{name}"] = _place(path, root, line)
        _read_node_texts(f"{flow}/{name}", node, path, root, sources)


def _read_node_texts(node_id: str, node: YamlMap, path: Path, root: Path, sources: Sources) -> None:
    kind = NODE_KINDS[node["kind"]]
    for name, type_ in {**kind.required, **kind.optional}.items():
        if name not in node:
            continue
        where = _place(path, root, node.lines[name])
        if type_ in _ONE_WORD and isinstance(node[name], (list, dict)):
            sources.problems.append(Problem(where, "field-shape", f"'{name}' of '{node_id}' must be one word."))
            node[name] = ""  # the other checks go on
        elif type_ == "text":
            sources.add_text(f"{node_id}/{name}", node[name], where)
        elif type_ == "choices":
            for choice in node[name] if isinstance(node[name], list) else []:
                if isinstance(choice, YamlMap) and "id" in choice:
                    place = _place(path, root, choice.line)
                    sources.add_text(f"{node_id}/{name}/{choice['id']}", choice.get("label"), place, "A button.")


def read_article(path: Path, root: Path, sources: Sources) -> None:
    """Front matter, the short answer, then sections `## Heading {#id}`."""
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise ValueError(f"has more than {MAX_BYTES} bytes")
        _, front, body = raw.decode("utf-8").split("---\n", 2)
        title = read_yaml(front)["title"]
    except (ValueError, KeyError, YamlError):
        problem = Problem(_place(path, root), "front-matter", "the article needs a title between two lines of '---'.")
        sources.problems.append(problem)
        return
    key, first_line = f"article/{path.stem}", front.count("\n") + 1
    sources.add_text(f"{key}/title", title, _place(path, root, 1))
    found = list(_SECTION.finditer(body))
    ends = [match.start() for match in found[1:]] + [len(body)]
    short = body[: found[0].start()] if found else body
    sources.add_text(f"{key}/short", short, _place(path, root, first_line + 1))
    for match, end in zip(found, ends, strict=False):
        where = _place(path, root, first_line + body[: match.start()].count("\n") + 1)
        sources.add_text(f"{key}/{match['id']}/heading", match["heading"], where, "A button and a heading.")
        sources.add_text(f"{key}/{match['id']}/text", body[match.end() : end], where)
    sources.sections[path.stem] = tuple(match["id"] for match in found)


def read_service(path: Path, root: Path, sources: Sources) -> None:
    loaded = _load_yaml(path, root, sources)
    if loaded is None:
        return
    id = path.stem
    _drop_misshapen(loaded, id, path, root, sources)
    sources.services[id] = loaded
    sources.where[f"service/{id}"] = _place(path, root)
    line = loaded.lines["what"] if "what" in loaded else 0
    sources.add_text(f"service/{id}/what", loaded.get("what"), _place(path, root, line))
    if loaded.get("described") is True and "name" in loaded:
        where = _place(path, root, loaded.lines["name"])
        sources.add_text(f"service/{id}/name", loaded["name"], where, "A button and a heading.")
    for name in CONTACTS:
        value = loaded.get(name)
        if value is not None and not _NAMED_FACT.fullmatch(str(value)):
            fact = service_fact(id, name, value)
            kind = "hours" if name.endswith("_hours") else name
            sources.facts[fact] = YamlMap({"kind": kind, "value": value, **_origin(loaded)})
            sources.where[fact] = _place(path, root, loaded.lines[name])


def _drop_misshapen(service: YamlMap, id: str, path: Path, root: Path, sources: Sources) -> None:
    """Fields whose value is a list where a word belongs, or the opposite: the other checks go on without them."""
    for name, value in list(service.items()):
        is_fine = is_words(value) if name in _LISTS else not isinstance(value, (list, dict))
        if name == "name":
            is_fine = isinstance(value, str)
        if value is not None and not is_fine:
            del service[name]
            needed = "a list of words" if name in _LISTS else "one word or text"
            what = f"'{name}' of the service '{id}' must be {needed}."
            sources.problems.append(Problem(_place(path, root, service.lines[name]), "service-shape", what))


def is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def service_fact(service: str, contact: str, value: Any) -> str:
    """The fact behind a contact of a service: its own, or the one that "{social_duty.phone}" names."""
    named = _NAMED_FACT.fullmatch(str(value))
    return named[1] if named is not None else f"{service.replace('-', '_')}.{contact}"


def _origin(service: YamlMap) -> dict[str, Any]:
    """Where all that a service's file says comes from: its facts share it. A missing field is told as such later."""
    return {name: service[name] for name in _ORIGIN if name in service}


def read_facts(path: Path, root: Path, sources: Sources) -> None:
    loaded = _load_yaml(path, root, sources)
    for group in loaded or YamlMap():
        facts = _part(loaded or YamlMap(), group, path, root, sources)
        for name, fact in facts.items():
            full, where = f"{group}.{name}", _place(path, root, facts.lines[name])
            if not isinstance(fact, YamlMap):
                sources.problems.append(Problem(where, "fact-unreadable", f"the fact '{full}' has no fields."))
                continue
            if full in sources.facts:
                what = f"the fact '{full}' stands also in {sources.where[full]}."
                sources.problems.append(Problem(where, "fact-twice", what, "A fact is stored once."))
            sources.facts[full] = fact
            sources.where[full] = where


# By folder the files' suffix and who reads them, in the order in which they are read.
_READERS: Mapping[str, tuple[str, Callable[[Path, Path, Sources], None]]] = {
    "flows": (".yaml", read_flow),
    "knowledge/articles": (".md", read_article),
    "knowledge/services": (".yaml", read_service),
    "knowledge/facts": (".yaml", read_facts),
}
_MAY_BE_PREPARED = ("flows", "knowledge/articles")
