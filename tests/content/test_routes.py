"""Every complaint route ends with all that a person needs: by when, to whom, what to write, what then, who helps."""

import re
from collections.abc import Iterable

import pytest

from bot.engine.nodes.article import Article
from bot.i18n.template import placeholders
from tests.support.content import our_release

RELEASE = our_release()
NODES = RELEASE.nodes
DANISH = RELEASE.locales[0]
NEAR = 2  # taps from the answer
BY_MOUTH = re.compile(r"\b(?:ring|telefon\w*|gå derhen|sige?|tale med)\b", re.IGNORECASE)
# The route, where its answer stands, and what says what happens then.
ROUTES = [
    pytest.param("complaint/deadline", "article/complaint-over-municipal-decision/afterwards", id="a decision"),
    pytest.param("treatment/staff_letter", "treatment/adviser_after", id="how one was treated"),
    pytest.param("treatment/wait_leader", "treatment/adviser_after", id="a slow case"),
    pytest.param("treatment/ombudsman", "article/ombudsman-complaint/afterwards", id="the Ombudsman"),
    pytest.param("discrimination/city_letter", "treatment/adviser_after", id="discrimination by the city"),
    pytest.param("discrimination/board", "article/discrimination-board/afterwards", id="discrimination elsewhere"),
    pytest.param("child/appeal_limit", "article/child-case-appeal/appeal", id="the committee, about a child"),
    pytest.param("other/udk_limit", "article/udbetaling-danmark-decisions/afterwards", id="Udbetaling Danmark"),
    pytest.param("other/job_limit", "article/employment-decisions-complaint/afterwards", id="the job centre"),
    pytest.param("other/health_limit", "article/health-treatment-complaint/afterwards", id="a doctor or hospital"),
    pytest.param("other/ward", "article/psychiatric-patient-rights/wait", id="psychiatry"),
    pytest.param("other/police_limit", "other/police_after", id="the police"),
]  # fmt: skip


def near(answer: str) -> set[str]:
    """The nodes that are few taps away, the answer itself among them."""
    found = {answer}
    for _ in range(NEAR):
        found |= {goto for id in found for goto in NODES[id].gotos()}
    return found


def keys_of(nodes: Iterable[str]) -> set[str]:
    """The texts of the nodes, and of all sections of their articles."""
    articles = {node.article for node in map(NODES.__getitem__, nodes) if isinstance(node, Article)}
    prefixes = (*(f"{id}/" for id in nodes), *(f"article/{article}/" for article in articles))
    return {key for prefix in prefixes for key in RELEASE.keys(prefix)}


@pytest.mark.parametrize(("answer", "then"), ROUTES)
def test_route_tells_all_that_a_person_needs(answer: str, then: str) -> None:
    flow = answer.partition("/")[0]
    nodes = {id for id in near(answer) if id.startswith(f"{flow}/")}
    assert {"letter", "services", "article"} <= {NODES[id].kind for id in nodes}
    assert any(key.startswith(then) for key in keys_of(near(answer)))
    keys = keys_of(nodes)
    shown = {str(RELEASE.messages[DANISH][key]) for key in keys}
    periods = {name for text in shown for name in placeholders(text) if name in RELEASE.facts}
    assert [name for name in periods if RELEASE.facts[name].kind == "period"]  # by when
    assert [text for text in shown if BY_MOUTH.search(text)]


def test_bodies_come_in_their_order() -> None:
    """The leader, then Borgerrådgiveren, then the Ombudsman; each is told what to do first."""
    for before, after in (
        ("treatment/staff", "treatment/staff_letter"),
        ("treatment/staff_letter", "treatment/adviser_letter"),
        ("treatment/wait_leader", "treatment/adviser_letter"),
        ("treatment/adviser_letter", "treatment/adviser_after"),
        ("treatment/adviser_after", "treatment/ombudsman"),
        ("discrimination/city_letter", "discrimination/adviser_letter"),
    ):
        assert after in NODES[before].gotos(), (before, after)
    sections = RELEASE.nodes["treatment/staff"].sections  # type: ignore[attr-defined]
    assert sections.index("leader") < sections.index("adviser")


def test_decision_treatment_and_discrimination_lead_to_each_other() -> None:
    starts = {"complaint/decision", "treatment/start", "discrimination/start"}
    assert starts <= set(NODES["rights/start"].gotos())
    for start in starts:
        assert starts <= near(start), start


def test_board_takes_religion_and_age_only_at_work() -> None:
    """Outside work these two are told so first, and the others go straight to Ligebehandlingsnævnet."""
    leads = dict(
        zip(("ethnic", "gender", "disability", "religion"), NODES["discrimination/outside"].gotos(), strict=False)
    )
    board = "discrimination/board"
    assert leads == {"ethnic": board, "gender": board, "disability": board, "religion": "discrimination/religion"}
    assert board not in NODES["discrimination/religion"].gotos()
    assert board in NODES["discrimination/work"].gotos()


def test_law_comes_after_what_to_do() -> None:
    """The short answer names no law, and no article begins with the section on it."""
    for node in NODES.values():
        if isinstance(node, Article):
            short = str(RELEASE.messages[DANISH][f"article/{node.article}/short"])
            assert not [name for name in placeholders(short) if name.endswith(".law")], node.article
            assert "law" not in node.sections[:1], node.article
