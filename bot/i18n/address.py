"""Addresses on the net as people read them."""

import re
from urllib.parse import unquote

_LETTERS = re.compile(r"(?:%[89A-F][0-9A-F])+", re.IGNORECASE)  # of other alphabets than ASCII, in UTF-8


def readable_address(url: str) -> str:
    """The address with its letters written out ("gode-råd"); spaces and signs stay encoded, so it can be tapped."""
    return _LETTERS.sub(lambda letters: unquote(letters[0]), url)
