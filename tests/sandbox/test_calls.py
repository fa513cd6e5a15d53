"""Calls are read alike, however a client sends them."""

import pytest

from bot.sandbox.calls import Upload, read_call
from bot.sandbox.refusals import Refusal

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xyz"


def part(disposition: str, content: bytes, *more: str) -> bytes:
    lines = (f"Content-Disposition: form-data; {disposition}", *more)
    return b"--xyz\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + content + b"\r\n"


@pytest.mark.parametrize(
    ("query", "content_type", "body"),
    [
        pytest.param("chat_id=5&text=%C3%A6%20b", "", b"", id="query"),
        pytest.param("", FORM, "chat_id=5&text=æ+b".encode(), id="form"),
        pytest.param("", "application/json", '{"chat_id": 5, "text": "æ b"}'.encode(), id="JSON"),
        pytest.param("chat_id=9", "application/json", '{"chat_id": 5, "text": "æ b"}'.encode(), id="body before query"),
        pytest.param(
            "",
            MULTIPART,
            part('name="chat_id"', b"5") + part('name="text"', "æ b".encode()) + b"--xyz--\r\n",
            id="multipart",
        ),
    ],
)
def test_parameters_are_the_same(query: str, content_type: str, body: bytes) -> None:
    call = read_call("sendMessage", query, content_type, body)
    assert (call.integer("chat_id"), call.text("text")) == (5, "æ b")


def test_file_keeps_its_name_and_every_byte() -> None:
    content = b"%PDF\r\n--xy\r\n\x00\xff\r\n\r\n"
    body = part('name="document"; filename="afgørelse ع.pdf"', content, "Content-Type: application/pdf")
    call = read_call("sendDocument", "", MULTIPART, body + b"--xyz--\r\n")
    assert call.uploads == {"document": Upload("afgørelse ع.pdf", "application/pdf", content)}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("application/json", b"{"), ("application/json", b"[]"), (MULTIPART, b"--xyz\r\n"), ("multipart/form-data", b"x")],
)
def test_body_that_is_not_what_it_says_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_call("sendMessage", "", content_type, body)
    assert refused.value.code == 400
