"""One call of a Bot API method: its parameters, however the client chose to send them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_string
from email.message import Message as Headers
from typing import Any
from urllib.parse import parse_qsl

import orjson

from bot.sandbox.refusals import Refusal, bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a multipart call."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A method and its parameters: strings when they came in a form, JSON values when they came as JSON."""

    method: str
    parameters: Mapping[str, Any]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.parameters

    def text(self, name: str) -> str:
        """As a string; "" when missing."""
        value = self.parameters.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else orjson.dumps(value).decode()

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def integer(self, name: str, default: int = 0, *, low: int | None = None, high: int | None = None) -> int:
        """Nonsense counts as 0 and a value out of range as the nearest that is in it, as at Telegram."""
        if not self.text(name):
            return default
        try:
            value = int(self.text(name))
        except ValueError:
            value = 0
        if low is not None:
            value = max(low, value)
        return value if high is None else min(high, value)

    def value(self, name: str, complaint: str) -> Any:
        """As parsed JSON, None when missing.

        Raises:
            Refusal: It is no JSON; `complaint` is what Telegram says then.
        """
        given = self.parameters.get(name)
        if not isinstance(given, str):
            return given
        if not given:
            return None
        try:
            return orjson.loads(given)
        except orjson.JSONDecodeError as error:
            raise bad_request(complaint) from error


def read_call(method: str, query: str, content_type: str, body: bytes) -> Call:
    """Parameters from the query string and from a form, multipart or JSON body.

    Raises:
        Refusal: The body is not what its content type says.
    """
    parameters: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    kind, boundary = _content_type(content_type)
    if kind == "multipart/form-data":
        fields, uploads = read_multipart(boundary, body)
        return Call(method, parameters | fields, uploads)
    if kind == "application/json" and body:
        return Call(method, parameters | _read_json(body))
    if kind == "application/x-www-form-urlencoded":
        parameters |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return Call(method, parameters)


def _content_type(header: str) -> tuple[str, bytes]:
    headers = Headers()
    headers["Content-Type"] = header
    return headers.get_content_type(), str(headers.get_boundary("")).encode()


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad_request("can't parse request: strings must be encoded in UTF-8") from error
    if not isinstance(parsed, dict):
        raise bad_request("can't parse request: expected an Object")
    return parsed


def read_multipart(boundary: bytes, body: bytes) -> tuple[dict[str, str], dict[str, Upload]]:
    """Fields and files of a multipart/form-data body (RFC 7578: parts as they are, no transfer encodings)."""
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if not boundary or len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise Refusal(400, "Bad Request")
    fields: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    for part in parts[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        # Clients send UTF-8 in headers; from bytes the parser would keep ASCII only.
        headers = message_from_string(head.lstrip(b"\r\n").decode("utf-8", "replace"))
        name = str(headers.get_param("name", "", "content-disposition"))
        filename = headers.get_filename()
        if filename is None:
            fields[name] = content.decode("utf-8", "replace")
        else:
            uploads[name] = Upload(filename, headers.get_content_type(), content)
    return fields, uploads
