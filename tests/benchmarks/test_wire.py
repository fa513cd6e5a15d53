"""The hand-written HTTP that measures the bots."""

import pytest

from tests.benchmarks.wire import HttpMessage, MessageReader, find_header

TWO_RESPONSES = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsec\r\n3;note=x\r\nond\r\n0\r\n\r\n"
)


@pytest.mark.parametrize("piece", [1, 7, len(TWO_RESPONSES)])
def test_messages_are_cut_whatever_pieces_arrive(piece: int) -> None:
    reader = MessageReader()
    messages = [
        message
        for start in range(0, len(TWO_RESPONSES), piece)
        for message in reader.feed(TWO_RESPONSES[start : start + piece])
    ]
    assert [message.body for message in messages] == [b"first", b"second"]


def test_message_without_a_body_is_complete_with_its_head() -> None:
    assert MessageReader().feed(b"GET / HTTP/1.1\r\n\r\n") == [HttpMessage(b"GET / HTTP/1.1", b"")]


def test_headers_are_found_whatever_their_case() -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\ncontent-TYPE:  application/json"
    assert find_header(head, b"content-type") == b"application/json"
    assert find_header(head, b"type") == b""
