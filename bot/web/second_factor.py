"""The second factor: codes of an app (TOTP, RFC 6238), and recovery codes for the day when the phone is gone."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
import segno

from bot.web.password import ALPHABET

STEP_S = 30
SKEW_STEPS = 1  # clocks differ
RECOVERY_CODES = 10
ISSUER = "Vejviser"


def new_totp_secret() -> str:
    return pyotp.random_base32()


def enrolment_address(secret: str, login: str) -> str:
    """What an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def enrolment_picture(address: str) -> str:
    """The QR code as a `data:` address of an SVG."""
    return segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")


def totp_step(secret: str, typed: str, now: datetime) -> int | None:
    """The step of 30 s whose code was typed, None when it is none of now. Whoever accepts it remembers the step."""
    typed = "".join(typed.split())
    current, totp = int(now.timestamp()) // STEP_S, pyotp.TOTP(secret)
    for step in range(current - SKEW_STEPS, current + SKEW_STEPS + 1):
        if hmac.compare_digest(totp.at(step * STEP_S).encode(), typed.encode()):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Twelve letters or digits each (59 bits): a fast hash is enough for them."""
    return [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3)) for _ in range(RECOVERY_CODES)
    ]


def hash_recovery_code(account_id: str, code: str) -> str:
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return hashlib.sha256(f"{account_id}:{plain}".encode()).hexdigest()
