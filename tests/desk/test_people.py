"""The people page: what leads and admins may do to accounts, and the audit page that shows it."""

import re

import pytest

from bot.web.account import Role
from tests.support.web import PASSWORD, Desk

NEW = {"login": "adviser-n", "name": "Adviser N", "language": "en"}


async def test_new_account_gets_a_one_time_password(desk: Desk) -> None:
    lead = await desk.signed_in(await desk.add("lead-a", [Role.LEAD], name="Lead A"))
    answer = await lead.post("/desk/people", {**NEW, "roles": ["adviser", "lead"]})
    assert answer.status_code == 200
    found = re.search(r'class="key"[^>]*>([^<]+)<', answer.text)
    assert found is not None
    account = await desk.account("adviser-n")
    assert (account.name, account.roles, account.language) == ("Adviser N", frozenset({Role.ADVISER, Role.LEAD}), "en")
    browser = desk.browser()
    assert (await browser.log_in("adviser-n", found[1])).status_code == 303
    assert "Choose your own password" in (await browser.get("/desk/profile")).text
    assert found[1] not in (await lead.get("/desk/people")).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"login": "x"}, "2 til 64 tegn"),
        ({"login": "med mellemrum"}, "2 til 64 tegn"),
        ({"login": "lead-a"}, "allerede en konto"),
        ({"name": " "}, "højst 60 tegn"),
        ({"name": "x" * 61}, "højst 60 tegn"),
        ({"roles": []}, "mindst én rolle"),
        ({"roles": ["king"]}, "mindst én rolle"),
    ],
)
async def test_wrong_account_is_refused_with_what_was_typed(desk: Desk, changed: dict[str, object], said: str) -> None:
    lead = await desk.signed_in(await desk.add("lead-a", [Role.LEAD], name="Lead A"))
    answer = await lead.post("/desk/people", {**NEW, "roles": ["adviser"], **changed})
    assert answer.status_code == 422
    assert said in answer.text
    assert len(await desk.store.run(lambda unit: unit.accounts.all())) == 1


async def test_lead_cannot_rise_nor_touch_those_above(desk: Desk) -> None:
    lead_account = await desk.add("lead-a", [Role.LEAD])
    lead = await desk.signed_in(lead_account)
    admin = await desk.add("admin-a", [Role.ADMIN])
    assert (await lead.post("/desk/people", {**NEW, "roles": ["admin"]})).status_code == 403
    rising = {"name": "Lead A", "roles": ["lead", "auditor"]}
    assert (await lead.post(f"/desk/people/{lead_account.id}", rising)).status_code == 403
    for action in ("", "/disable", "/enable", "/password", "/sessions", "/second-factor"):
        answer = await lead.post(f"/desk/people/{admin.id}{action}", {"name": "x", "roles": "adviser"})
        assert answer.status_code == 403, action
    assert (await lead.get(f"/desk/people/{admin.id}")).status_code == 403
    assert await desk.account("admin-a") == admin
    assert (await lead.get("/desk/people/nobody")).status_code == 404


async def test_last_admin_stays(desk: Desk) -> None:
    account = await desk.add("admin-a", [Role.ADMIN])
    admin = await desk.signed_in(account)
    answer = await admin.post(f"/desk/people/{account.id}/disable")
    assert answer.status_code == 422
    assert "sidste administrator" in answer.text
    assert (await admin.post(f"/desk/people/{account.id}", {"name": "A", "roles": "lead"})).status_code == 422
    await desk.add("admin-b", [Role.ADMIN])
    assert (await admin.post(f"/desk/people/{account.id}/disable")).status_code == 303


async def test_changes_reach_the_account(desk: Desk) -> None:
    admin = await desk.signed_in(await desk.add("admin-a", [Role.ADMIN]))
    account = await desk.add("adviser-b")
    browser = await desk.signed_in(account)
    form = {"name": "رضا", "roles": ["adviser", "auditor"], "oidc_subject": "subject-1"}
    assert (await admin.post(f"/desk/people/{account.id}", form)).status_code == 303
    changed = await desk.account("adviser-b")
    assert (changed.name, changed.oidc_subject) == ("رضا", "subject-1")
    assert "<bdi>رضا</bdi>" in (await admin.get("/desk/people")).text
    assert (await browser.get("/desk/audit")).status_code == 200  # without a new login
    assert (await admin.post(f"/desk/people/{account.id}/sessions")).status_code == 303
    assert (await browser.get("/desk/profile")).status_code == 303
    answer = await admin.post(f"/desk/people/{account.id}/password")
    assert answer.status_code == 200
    assert (await desk.browser().log_in("adviser-b", PASSWORD)).status_code == 401


async def test_second_factor_is_taken_off_for_whoever_lost_it(desk: Desk) -> None:
    lead = await desk.signed_in(await desk.add("lead-a", [Role.LEAD]))
    account = await desk.add("adviser-b")
    await desk.store.run(lambda unit: unit.accounts.set_totp(account.id, "JBSWY3DPEHPK3PXP"))
    assert (await lead.post(f"/desk/people/{account.id}/second-factor")).status_code == 303
    assert (await desk.browser().log_in("adviser-b")).status_code == 303


async def test_audit_shows_who_did_what_to_whom_and_who_looked(desk: Desk) -> None:
    await desk.add("lead-a", [Role.LEAD], name="Lead A")
    lead = desk.browser()
    await lead.log_in("lead-a")
    target = await desk.add("adviser-b", name="Adviser B")
    await lead.post(f"/desk/people/{target.id}/disable")
    await desk.store.run(lambda unit: unit.audit.note(4711, "ticket_viewed", desk.at, actor="id-lead-a", about="t1"))
    auditor = await desk.signed_in(await desk.add("auditor-a", [Role.AUDITOR], name="Auditor A"))
    page = (await auditor.get("/desk/audit")).text
    rows = [re.sub(r"<[^>]+>|\s+", " ", row).split() for row in page.split("<tr>")[2:]]
    assert rows[0][-5:] == ["Lead", "A", "ticket_viewed", "4711", "t1"]
    assert "Konto lukket Adviser B" in " ".join(rows[1])
    assert "Logget ind" in " ".join(rows[2])
    only_one = (await auditor.get("/desk/audit?chat=4711")).text
    assert only_one.count("<tr>") == 2
    again = (await auditor.get("/desk/audit?chat=4711")).text
    assert "Logbogen læst" in again


async def test_audit_pages_lead_to_older_lines(desk: Desk) -> None:
    auditor = await desk.signed_in(await desk.add("auditor-a", [Role.AUDITOR]))
    for number in range(120):
        await desk.store.run(lambda unit, number=number: unit.audit.note(1, f"event_{number}", desk.at))  # type: ignore[misc]
    seen: list[str] = []
    address: str | None = "/desk/audit"
    while address:
        page = (await auditor.get(address)).text
        seen += re.findall(r"event_\d+", page)
        link = re.search(r'rel="next" href="([^"]+)"', page)
        address = link[1].replace("&amp;", "&") if link else None
    assert len(seen) == 120
    assert set(seen) == {f"event_{number}" for number in range(120)}
