"""Stored values can be read with the right key at their own place, and in no other way."""

import base64

import pytest

from bot.errors import SettingInvalid, ValueUnreadable
from bot.storage.keyring import Keyring

KEYRING = Keyring([b"a" * 32])


def test_value_comes_back() -> None:
    assert KEYRING.decrypt(KEYRING.encrypt({"text": "å ع"}, "outbox.body:1:2"), "outbox.body:1:2") == {"text": "å ع"}


def test_same_value_is_never_encrypted_the_same_way() -> None:
    assert KEYRING.encrypt("a", "p") != KEYRING.encrypt("a", "p")


@pytest.mark.parametrize(
    ("keyring", "place", "flip"),
    [
        pytest.param(Keyring([b"b" * 32]), "p", None, id="another key"),
        pytest.param(KEYRING, "q", None, id="another place"),
        pytest.param(KEYRING, "p", -1, id="one bit changed"),
    ],
)
def test_value_is_unreadable(keyring: Keyring, place: str, flip: int | None) -> None:
    stored = bytearray(KEYRING.encrypt("secret", "p"))
    if flip is not None:
        stored[flip] ^= 1
    with pytest.raises(ValueUnreadable) as refused:
        keyring.decrypt(bytes(stored), place)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("secret", ["", "short", base64.b64encode(b"x" * 31).decode(), "å", "a" * 44 + ",b"])
def test_wrong_secret_is_refused_by_the_name_of_its_setting(secret: str) -> None:
    with pytest.raises(SettingInvalid, match=r"^VEJVISER_SECRET_KEY"):
        Keyring.from_secret(secret)


def test_several_keys_are_read_from_one_setting() -> None:
    one, two = (base64.b64encode(key * 32).decode() for key in (b"a", b"b"))
    assert Keyring.from_secret(f"{two}, {one}").decrypt(KEYRING.encrypt(1, "p"), "p") == 1
