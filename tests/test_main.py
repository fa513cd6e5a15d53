"""The commands as a person runs them, in processes of their own."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox import Sandbox, serve
from bot.sandbox.truth import UpdateConfirmed
from tests.support.content import ROOT, edit, our_release
from tests.support.postgres import free_port
from tests.support.running_bot import TOKEN, post
from tests.support.waiting import eventually


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_our_content_has_no_errors_and_no_warnings() -> None:
    """Among the warnings: Danish that reads heavily, what is not translated, first words that tell on a person."""
    done = run("check", "--today", "2026-11-24")
    assert done.returncode == 0, done.stdout
    assert done.stdout == "0 errors, 0 warnings\n"


def test_broken_content_is_listed_and_refused(tmp_path: Path) -> None:
    for folder in ("flows", "knowledge", "locales"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    edit(tmp_path / "flows/complaint.yaml", "goto: who}", "goto: nowhere}")
    done = run("check", "--content", str(tmp_path))
    assert done.returncode == 1
    assert "flows/complaint.yaml:7: " in done.stdout
    started = run(
        "run",
        VEJVISER_TELEGRAM_TOKEN=TOKEN,
        VEJVISER_TELEGRAM_API_URL="http://127.0.0.1:9",
        VEJVISER_CONTENT_DIR=str(tmp_path),
        VEJVISER_DATA_DIR=str(tmp_path / "data"),
        VEJVISER_PORT=str(free_port()),
    )
    assert started.returncode == 2
    assert "[goto-unknown]" in started.stderr
    assert "Traceback" not in started.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "VEJVISER_TELEGRAM_TOKEN is missing"),
        ({"VEJVISER_TELEGRAM_TOKEN": TOKEN, "VEJVISER_PORT": "x"}, "VEJVISER_PORT: "),
        ({"VEJVISER_TELEGRAM_TOKEN": TOKEN, "VEJVISER_SECRET_KEY": "x"}, "VEJVISER_SECRET_KEY must be"),
        (
            {"VEJVISER_TELEGRAM_TOKEN": TOKEN, "VEJVISER_DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x"},
            "VEJVISER_DATABASE_URL: ",
        ),
    ],
)
def test_wrong_setting_ends_with_a_sentence(settings: dict[str, str], said: str, tmp_path: Path) -> None:
    done = run("run", **{"VEJVISER_DATA_DIR": str(tmp_path), **settings})
    assert done.returncode == 2
    assert done.stderr.startswith(said)
    assert TOKEN not in done.stderr


async def test_running_bot_tells_its_health_and_stops_when_asked(tmp_path: Path) -> None:
    sandbox, port, metrics_port = Sandbox(TOKEN), free_port(), free_port()
    async with serve(sandbox) as base_url:
        settings = {
            "VEJVISER_TELEGRAM_TOKEN": TOKEN,
            "VEJVISER_TELEGRAM_API_URL": base_url,
            "VEJVISER_DATA_DIR": str(tmp_path),
            "VEJVISER_PORT": str(port),
            "VEJVISER_METRICS_PORT": str(metrics_port),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env={**os.environ, **settings}, stderr=asyncio.subprocess.PIPE
        )
        try:
            sandbox.phone(7, "kl").send_text("aluu")
            await sandbox.phone(7).wait_for_text(our_release().label("start/language/say", "kl"), 60)
            async with aiohttp.ClientSession() as client:
                for path in ("live", "ready"):
                    async with client.get(f"http://127.0.0.1:{port}/health/{path}") as answer:
                        assert (answer.status, await answer.json()) == (200, {"status": "ok"})
                async with client.get(f"http://127.0.0.1:{metrics_port}/metrics") as answer:
                    assert 'vejviser_updates_total{kind="TextTyped"} 1.0' in await answer.text()
                async with client.get(f"http://127.0.0.1:{port}/telegram") as answer:
                    assert answer.status == 404  # polling: there is no webhook
        finally:
            process.send_signal(signal.SIGTERM)
            _, log = await process.communicate()
    assert process.returncode == 0, log.decode()[-2000:]
    assert TOKEN.encode() not in log


async def test_bot_with_a_public_address_is_called_there(tmp_path: Path) -> None:
    sandbox, port = Sandbox(TOKEN), free_port()
    phone = sandbox.phone(7, "tr")
    async with serve(sandbox) as base_url:
        settings = {
            "VEJVISER_TELEGRAM_TOKEN": TOKEN,
            "VEJVISER_TELEGRAM_API_URL": base_url,
            "VEJVISER_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "VEJVISER_DATA_DIR": str(tmp_path),
            "VEJVISER_PORT": str(port),
            "VEJVISER_METRICS_PORT": "0",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env={**os.environ, **settings}, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            phone.send_text("merhaba")
            await phone.wait_for_text(our_release().label("start/language/say", "tr"), 60)
            update = b'{"update_id": 1, "brand_new": 5}'
            assert await post(f"http://127.0.0.1:{port}/telegram", update, "not Telegram's") == 403
        finally:
            process.terminate()
            await process.wait()
    assert process.returncode == 0
    assert {record.way for record in sandbox.truth.of(UpdateConfirmed)} == {"webhook"}


async def test_bot_with_an_unknown_token_ends_with_a_sentence(tmp_path: Path) -> None:
    async with serve(Sandbox("2:other")) as base_url:
        settings = {"VEJVISER_TELEGRAM_API_URL": base_url, "VEJVISER_DATA_DIR": str(tmp_path)}
        ports = {"VEJVISER_PORT": str(free_port()), "VEJVISER_METRICS_PORT": "0"}
        done = await asyncio.to_thread(run, "run", VEJVISER_TELEGRAM_TOKEN=TOKEN, **settings, **ports)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("VEJVISER_TELEGRAM_TOKEN: Telegram does not know this token.")
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stderr


@pytest.mark.parametrize("setting", ["VEJVISER_PORT", "VEJVISER_METRICS_PORT"])
def test_port_that_is_taken_is_named(setting: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = {"VEJVISER_PORT": str(free_port()), "VEJVISER_METRICS_PORT": "0"}
        ports[setting] = str(taken.getsockname()[1])
        done = run("demo", VEJVISER_DATA_DIR=str(tmp_path), **ports)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"{setting}: ")
    assert "Traceback" not in done.stderr


async def test_editors_sentence_is_on_the_phone_a_moment_later(tmp_path: Path) -> None:
    for folder in ("flows", "knowledge", "locales"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    sandbox = Sandbox(TOKEN)
    phone = sandbox.phone(7)
    async with serve(sandbox) as base_url:
        settings = {
            "VEJVISER_TELEGRAM_TOKEN": TOKEN,
            "VEJVISER_TELEGRAM_API_URL": base_url,
            "VEJVISER_DATA_DIR": str(tmp_path / "data"),
            "VEJVISER_CONTENT_DIR": str(tmp_path),
            "VEJVISER_PORT": str(free_port()),
            "VEJVISER_METRICS_PORT": "0",
            "VEJVISER_SEND_RATE": "0",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env={**os.environ, **settings}, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            phone.send_text("/start menu-da")
            await phone.wait_for_text("Hvad vil du have hjælp til?", 60)
            edit(tmp_path / "flows/start.yaml", "Hvad vil du have hjælp til?", "Hvad kan jeg vise dig?")

            def asks_anew() -> bool:
                phone.send_text("menu")
                return "Hvad kan jeg vise dig?" in phone.bot_messages[-1].text

            async with asyncio.timeout(60):
                while not asks_anew():  # noqa: ASYNC110
                    await asyncio.sleep(0.3)
        finally:
            process.terminate()
            await process.wait()


async def test_demo_needs_nothing_and_answers_on_its_phone_page(tmp_path: Path) -> None:
    port = free_port()
    settings = {"VEJVISER_DATA_DIR": str(tmp_path), "VEJVISER_PORT": str(port), "VEJVISER_METRICS_PORT": "0"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", env={**os.environ, **settings}, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            assert f"http://127.0.0.1:{port}/phone".encode() in await process.stdout.readline()
        api = f"http://127.0.0.1:{port}/phone/api/phones"
        async with aiohttp.ClientSession() as client:
            async with client.get(f"http://127.0.0.1:{port}/phone") as page:
                assert page.status == 200
            async with client.post(api, json={"language_code": "ar", "chat_id": 7}) as made:
                assert made.status == 201
            async with client.post(f"{api}/7/text", json={"text": "/start menu-ar"}) as sent:
                assert sent.status == 200, await sent.text()
            shown: list[str] = []
            menu = our_release().label("start/menu/say", "ar").splitlines()[0]

            async def look() -> None:
                async with client.get(f"{api}/7") as answer:
                    shown.append(await answer.text())

            async with asyncio.timeout(60):
                while not shown or menu not in shown[-1]:
                    await look()
                    await asyncio.sleep(0.05)
    finally:
        process.terminate()
        await process.wait()
    assert process.returncode == 0
    await eventually(lambda: (tmp_path / "demo/vejviser.db").exists())
