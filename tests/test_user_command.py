"""`vejviser user`, and what the demo tells about its accounts, as a person runs them."""

import asyncio
import os
import re
import signal
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from bot.__main__ import ROLES
from bot.web.account import Role
from tests.support.postgres import free_port
from tests.test_main import run


def test_roles_of_the_command_are_those_of_the_pages() -> None:
    assert ROLES.split(", ") == list(Role)


def test_account_from_its_making_to_its_end(tmp_path: Path) -> None:
    data = {"VEJVISER_DATA_DIR": str(tmp_path)}
    added = run("user", "add", "admin-a", "--name", "Admin A", "--role", "admin", "--role", "lead", **data)
    assert re.fullmatch(r"One-time password: [a-z2-9-]{23}\n", added.stdout), added.stderr
    again = run("user", "add", "Admin-A", "--name", "Admin A", "--role", "admin", **data)
    assert (again.returncode, again.stdout) == (2, "")
    assert "already" in again.stderr
    assert run("user", "list", **data).stdout.split() == ["admin-a", "Admin", "A", "admin,", "lead"]
    renewed = run("user", "password", "admin-a", **data)
    assert renewed.stdout.startswith("One-time password: ")
    assert renewed.stdout != added.stdout
    assert "last admin" in run("user", "disable", "admin-a", **data).stderr
    run("user", "add", "admin-b", "--name", "Admin B", "--role", "admin", **data)
    assert run("user", "disable", "admin-a", **data).stdout == "Disabled.\n"
    assert "(disabled)" in run("user", "list", **data).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "a b", "--name", "A", "--role", "lead"), "A login has"),
        (("add", "lead-a", "--name", "A", "--role", "king"), "There is no role 'king'"),
        (("disable", "nobody"), "There is no account 'nobody'"),
        (("password", "nobody"), "There is no account 'nobody'"),
    ],
)
def test_wrong_command_ends_with_a_sentence(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = run("user", *arguments, VEJVISER_DATA_DIR=str(tmp_path), COLUMNS="200")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


async def test_demo_prints_passwords_that_work_and_stops_with_an_open_page(tmp_path: Path) -> None:
    port = free_port()
    settings = {"VEJVISER_DATA_DIR": str(tmp_path), "VEJVISER_PORT": str(port), "VEJVISER_METRICS_PORT": "0"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo"),
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    told, base = "", f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(30):
            while "Stop with" not in told:
                told += (await process.stdout.readline()).decode()
        assert f"{base}/desk" in told
        logins = re.findall(r"^ +([a-z-]+) +([a-z2-9-]{23})  \((\w+);", told, re.MULTILINE)
        assert {role for _, _, role in logins} == set(Role)
        async with httpx.AsyncClient(base_url=base) as client:
            for login, password, _ in logins:
                client.cookies.clear()
                await client.get("/desk/login")
                form = {"login": login, "password": password, "_csrf_token": client.cookies["vejviser-csrf"]}
                answer = await client.post("/desk/login", data=form)
                assert (answer.status_code, answer.headers["location"]) == (303, "/desk"), login
            admin, password, new = logins[-1][0], logins[-1][1], "four words for a demo"
            form = {"password": password, "new_password": new, "new_password_again": new}
            form["_csrf_token"] = client.cookies["vejviser-csrf"]
            assert (await client.post("/desk/profile/password", data=form)).status_code == 303
            assert admin in (await client.get("/desk/people")).text
            async with client.stream("GET", "/desk/live") as stream:
                lines = stream.aiter_lines()
                assert (await anext(lines)).startswith("retry")
                process.send_signal(signal.SIGTERM)
                async with asyncio.timeout(10):
                    assert "event: change" not in [line async for line in lines]
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        _, log = await process.communicate()
    assert process.returncode == 0, log.decode()[-2000:]
    for _, password, _ in logins:
        assert password.encode() not in log
