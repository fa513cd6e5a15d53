"""Encryption of stored values: AES-256-GCM, bound to the place where the value stands."""

import base64
import hashlib
import os
from collections.abc import Sequence
from typing import Any, Self

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SettingInvalid, ValueUnreadable

KEY_BYTES, KEY_ID_BYTES, NONCE_BYTES = 32, 4, 12  # NIST SP 800-38D: a nonce of 96 bits


class Keyring:
    """Several keys at once, so that keys can be exchanged: the first encrypts, all decrypt.

    A stored value is: key id (4 bytes), nonce (12), ciphertext with tag. `place` (table, column and row) is
    authenticated with it, so a value that was moved to another row cannot be read.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {hashlib.sha256(key).digest()[:KEY_ID_BYTES]: AESGCM(key) for key in keys}
        self._first_id, self._first = next(iter(self._ciphers.items()))

    @classmethod
    def from_secret(cls, secret: str) -> Self:
        """Raises SettingInvalid unless the secret is one or more keys of 32 bytes in base64, with commas between."""
        try:
            keys = [base64.b64decode(part.strip(), validate=True) for part in secret.split(",")]
        except ValueError:
            keys = []
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise SettingInvalid(
                "VEJVISER_SECRET_KEY must be 32 bytes in base64 (several with commas between). "
                "Make one with: openssl rand -base64 32"
            )
        return cls(keys)

    def encrypt(self, value: Any, place: str) -> bytes:
        """Encrypt a JSON value."""
        nonce = os.urandom(NONCE_BYTES)
        return self._first_id + nonce + self._first.encrypt(nonce, orjson.dumps(value), place.encode())

    def holds_key_of(self, stored: bytes) -> bool:
        return bytes(stored[:KEY_ID_BYTES]) in self._ciphers

    def decrypt(self, stored: bytes, place: str) -> Any:
        """Raises ValueUnreadable: no key fits, or the value belongs to another place."""
        cipher = self._ciphers.get(bytes(stored[:KEY_ID_BYTES]))
        if cipher is None:
            raise ValueUnreadable("A stored value has a key that VEJVISER_SECRET_KEY does not hold.")
        nonce, text = stored[KEY_ID_BYTES : KEY_ID_BYTES + NONCE_BYTES], stored[KEY_ID_BYTES + NONCE_BYTES :]
        try:
            return orjson.loads(cipher.decrypt(nonce, text, place.encode()))
        except (InvalidTag, ValueError):  # ValueError: cut short
            raise ValueUnreadable(f"The value of {place.partition(':')[0]} was damaged or moved.") from None
