"""The phones over HTTP: the page at /phone, its files, and /phone/api, which tests in other processes use too.

All answers are JSON. `{"error": "..."}` with status 400, 404 or 409 says what cannot be done.

    GET    /phone/api/phones                        all phones, short
    POST   /phone/api/phones                        a new one: {"name"?, "language_code"?, "chat_id"?, "is_started"?}
    GET    /phone/api/phones/ID[?after=R&wait_s=S]  what it shows; with `after` once its revision is above R
    PATCH  /phone/api/phones/ID                     {"language_code"?, "name"?}
    POST   /phone/api/phones/ID/ACT                 one of ACTS with its fields; photo, document: multipart `file`
    GET    /phone/api/files/FILE_ID                 a photo or document
    GET    /phone/api/events                        server-sent events: {chat id: revision}, whenever one changes
    GET    /phone/api/truth[?after=N]               the ground truth after the first N records, and how many there are
    GET PUT /phone/api/faults                       the fault plan
    GET PUT /phone/api/limits                       {"on": true}: Telegram's flood limits
"""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import orjson

from bot.sandbox.asgi import Answer, Receive, Scope, Send, header, json_answer, read_body, send_answer
from bot.sandbox.calls import Upload, read_call
from bot.sandbox.chats import Chat, Json, Message
from bot.sandbox.faults import plan_from_json
from bot.sandbox.limits import FloodLimits
from bot.sandbox.phone import Phone, PhoneCannot
from bot.sandbox.refusals import Refusal
from bot.sandbox.telegram import Telegram
from bot.sandbox.truth import to_json as record_json

STATIC = Path(__file__).parent / "static"
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
SAFE_HEADERS = (
    (b"content-security-policy", b"default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-cache"),
)
# What people send is only shown as an image or saved, never run as a page of ours.
FILE_HEADERS = ((b"content-security-policy", b"default-src 'none'; sandbox"), (b"x-content-type-options", b"nosniff"))
IMAGES = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}
KEEP_ALIVE_S = 15.0

Given = dict[str, Any]


class Missing(LookupError):
    """There is no such phone, file or address."""


class PhoneApi:
    """Serves the phones of one sandbox."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/phone/api/events":
            await self._stream(receive, send)
            return
        try:
            answer = await self._answer(scope, receive)
        except Missing as error:
            answer = json_answer({"error": str(error)}, 404)
        except PhoneCannot as error:
            answer = json_answer({"error": str(error)}, 409)
        except (Refusal, ValueError, TypeError, KeyError) as error:
            answer = json_answer({"error": f"{type(error).__name__}: {error}"}, 400)
        await send_answer(send, answer)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path: str = scope["path"].rstrip("/")
        if not path.startswith("/phone/api/"):
            return static_file("index.html" if path == "/phone" else path.removeprefix("/phone/static/"))
        method: str = scope["method"]
        if method != "GET" and header(scope, b"sec-fetch-site") not in {"", "same-origin", "none"}:
            raise PhoneCannot("another site's page may not use the phones")
        body = await read_body(receive) if method != "GET" else b""
        query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode()).items()}
        parts = path.removeprefix("/phone/api/").split("/")
        match method, parts:
            case "GET", ["phones"]:
                return json_answer([short_json(chat) for chat in self._private_chats()])
            case "POST", ["phones"]:
                return json_answer(self._add_phone(read_json(body)), 201)
            case "GET", ["phones", chat_id]:
                return json_answer(await self._show(self._phone(chat_id), query))
            case "PATCH", ["phones", chat_id]:
                return json_answer(self._change(self._phone(chat_id), read_json(body)))
            case "POST", ["phones", chat_id, act]:
                return self._act(self._phone(chat_id), act, header(scope, b"content-type"), body)
            case "GET", ["files", file_id]:
                return self._file(file_id)
            case "GET", ["truth"]:
                return json_answer(self._truth(int(query.get("after", "0"))))
            case "GET", ["faults"]:
                return json_answer(self._telegram.faults.to_json())
            case "PUT", ["faults"]:
                self._telegram.faults = plan_from_json(read_json(body))
                return json_answer(self._telegram.faults.to_json())
            case "GET", ["limits"]:
                return json_answer({"on": self._telegram.flood_limits is not None})
            case "PUT", ["limits"]:
                on = bool(read_json(body)["on"])
                self._telegram.flood_limits = FloodLimits(self._telegram.clock) if on else None
                return json_answer({"on": on})
        raise Missing(f"nothing at {method} {path}")

    def _private_chats(self) -> list[Chat]:
        return [chat for chat in self._telegram.chats.values() if chat.kind == "private"]

    def _phone(self, chat_id: str) -> Phone:
        chat = self._telegram.chats.get(int(chat_id)) if chat_id.isdigit() else None
        if chat is None:
            raise Missing(f"there is no phone {chat_id}")
        return Phone(self._telegram, chat)

    def _add_phone(self, given: Given) -> Json:
        taken = self._telegram.chats
        chat_id = int(given.get("chat_id") or max((known for known in taken if known > 0), default=1000) + 1)
        if chat_id in taken:
            raise PhoneCannot(f"there is a phone {chat_id} already")
        name = str(given.get("name") or f"Citizen {letters(len(self._private_chats()))}")
        chat = self._telegram.open_chat(
            chat_id, name, str(given.get("language_code", "da")), is_started=bool(given.get("is_started", False))
        )
        return phone_json(self._telegram, Phone(self._telegram, chat))

    def _change(self, phone: Phone, given: Given) -> Json:
        phone.chat.language_code = str(given.get("language_code", phone.chat.language_code))
        phone.chat.name = str(given.get("name", phone.chat.name))
        self._telegram.touch(phone.chat)
        return phone_json(self._telegram, phone)

    async def _show(self, phone: Phone, query: dict[str, str]) -> Json:
        after = int(query.get("after", "-1"))
        wait_s = min(60.0, float(query.get("wait_s", "0")))
        if phone.chat.revision <= after and wait_s > 0:
            await phone.chat.changed.wait(wait_s)
        return phone_json(self._telegram, phone)

    def _act(self, phone: Phone, name: str, content_type: str, body: bytes) -> Answer:
        if content_type.startswith("multipart/form-data"):
            call = read_call(name, "", content_type, body)
            done: object = send_upload(phone, name, call.uploads["file"], call.text("caption"))
        elif name in ACTS:
            done = ACTS[name](phone, read_json(body))
        else:
            raise Missing(f"a phone cannot '{name}'; it can {', '.join(sorted(ACTS))}")
        result = (
            message_json(done) if isinstance(done, Message) else {"update_id": done} if isinstance(done, int) else {}
        )
        return json_answer(result)

    def _file(self, file_id: str) -> Answer:
        file = self._telegram.files.find(file_id)
        if file is None:
            raise Missing("there is no such file")
        image = next((kind for start, kind in IMAGES.items() if file.content.startswith(start)), None)
        disposition = (b"content-disposition", f"attachment; filename*=UTF-8''{quote(file.name)}".encode())
        headers = FILE_HEADERS if image is not None else (*FILE_HEADERS, disposition)
        return Answer(200, file.content, image or "application/octet-stream", headers)

    def _truth(self, after: int) -> Json:
        truth = self._telegram.truth
        return {"total": truth.total, "records": [record_json(record) for record in truth.after(after)]}

    async def _stream(self, receive: Receive, send: Send) -> None:
        """Revisions of all phones at the start and after each change, until either side goes away."""
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        gone = asyncio.create_task(until_gone(receive))
        try:
            while not gone.done() and not self._telegram.is_closed:
                revisions = {str(chat.id): chat.revision for chat in self._private_chats()}
                event = b"data: " + orjson.dumps(revisions) + b"\n\n"
                await send({"type": "http.response.body", "body": event, "more_body": True})
                change = asyncio.create_task(self._telegram.changed.wait(KEEP_ALIVE_S))
                await asyncio.wait({gone, change}, return_when=asyncio.FIRST_COMPLETED)
                change.cancel()
        finally:
            gone.cancel()
        await send({"type": "http.response.body", "body": b""})


async def until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def static_file(name: str) -> Answer:
    path = STATIC / name
    if re.fullmatch(r"[\w-]+(\.[\w-]+)+", name) is None or not path.is_file():
        raise Missing(f"there is no page {name}")
    return Answer(200, path.read_bytes(), CONTENT_TYPES[path.suffix], SAFE_HEADERS)


def read_json(body: bytes) -> Given:
    given = orjson.loads(body or b"{}")
    if not isinstance(given, dict):
        raise TypeError("a JSON object is expected")
    return given


def letters(number: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    return (letters(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def short_json(chat: Chat) -> Json:
    return {
        "chat_id": chat.id,
        "name": chat.name,
        "language_code": chat.language_code,
        "revision": chat.revision,
    }


def phone_json(telegram: Telegram, phone: Phone) -> Json:
    """All that a phone shows. `waiting_since`: when the oldest update was sent that the bot has not confirmed."""
    chat = phone.chat
    profile = telegram.profile
    waiting = [update.queued_at for update in telegram.updates.waiting() if update.lane[1] == chat.id]
    language = chat.language_code.split("-")[0]
    return {
        **short_json(chat),
        "is_started": chat.is_started,
        "is_blocked": chat.is_blocked,
        "is_typing": phone.is_typing,
        "waiting_since": waiting[0] if waiting else None,
        "bot": {
            "name": profile.names.get(language) or telegram.bot_json()["first_name"],
            "description": profile.descriptions.get(language) or profile.descriptions.get("", ""),
        },
        "commands": profile.commands_for(chat),
        "keyboard": chat.keyboard,
        "messages": [message_json(message) for message in phone.messages],
        "notices": [
            {"at": notice.at, "text": notice.text, "is_alert": notice.is_alert, "url": notice.url}
            for notice in phone.notices
        ],
    }


def message_json(message: Message) -> Json:
    return {
        "message_id": message.message_id,
        "from_bot": message.from_bot,
        "at": message.sent_at,
        "edited_at": message.edited_at,
        "reply_to": message.reply_to,
        "kind": message.kind,
        "text": message.text,
        "entities": message.entities,
        "content": message.content,
        "rows": (message.markup or {}).get("inline_keyboard", []),
    }


def send_upload(phone: Phone, kind: str, upload: Upload, caption: str) -> Message:
    if kind == "photo":
        return phone.send_photo(upload.content, caption=caption, name=upload.name)
    return phone.send_document(upload.content, name=upload.name, mime=upload.mime, caption=caption)


def _message(phone: Phone, given: Given) -> Message:
    message = phone.chat.messages.get(int(given["message_id"]))
    if message is None:
        raise Missing(f"there is no message {given['message_id']}")
    return message


def _press(phone: Phone, given: Given) -> Message | None:
    pressed = phone.press(str(given["button"]), _message(phone, given) if "message_id" in given else None)
    return pressed if isinstance(pressed, Message) else None


def _text(phone: Phone, given: Given) -> Message:
    replied = _message(phone, {"message_id": given["reply_to"]}) if given.get("reply_to") else None
    return phone.send_text(str(given["text"]), reply_to=replied)


ACTS: dict[str, Callable[[Phone, Given], object]] = {
    "start": lambda phone, given: phone.start(),
    "text": _text,
    "press": _press,
    "edit": lambda phone, given: phone.edit_text(_message(phone, given), str(given["text"])),
    "delete": lambda phone, given: phone.delete(_message(phone, given)),
    "block": lambda phone, given: phone.block(),
    "unblock": lambda phone, given: phone.unblock(),
    "sticker": lambda phone, given: phone.send_sticker(**given),
    "voice": lambda phone, given: phone.send_voice(),
    "poll": lambda phone, given: phone.send_poll(),
    "contact": lambda phone, given: phone.send_contact(**given),
    "location": lambda phone, given: phone.send_location(**given),
    "content": lambda phone, given: phone.send_content(given),
    "update": lambda phone, given: phone.send_update(str(given["kind"]), given["body"]),
}
