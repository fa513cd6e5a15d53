"""Named places where a test kills the process, to prove that nothing is lost there. No-ops otherwise."""

import os
import signal

_armed: dict[str, int] = {}


def arm(name: str, passes: int) -> None:
    """Die at this place after it was passed so many times."""
    _armed[name] = passes


def failpoint(name: str) -> None:
    """A place: "after_receive", "before_commit", "after_commit" or "after_send"."""
    if name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
