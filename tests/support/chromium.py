"""A Chromium for the browser tests: found on this machine, else fetched by Playwright, else by apt when root."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FETCH_TIMEOUT_S = 300


def find_chromium() -> Path | None:
    """The browser to start, or None when there is none yet."""
    for name in NAMES:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    return _playwrights_own()


def launch_arguments() -> list[str]:
    """Chromium's own sandbox does not work for root."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def install() -> bool:
    """Try the ways of getting a Chromium, one after the other; True when one is there."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get") is not None:
        attempts += [["apt-get", "update"], ["apt-get", "install", "--yes", "chromium"]]
    for command in attempts:
        print("trying:", " ".join(command), flush=True)
        try:
            subprocess.run(command, check=False, timeout=FETCH_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            print(f"gave up after {FETCH_TIMEOUT_S} s", flush=True)
        if find_chromium() is not None:
            return True
    return False


def main() -> int:
    if find_chromium() is not None or install():
        return 0
    print("No Chromium: install one (apt-get install chromium) or run: pytest -m 'not browser'")
    return 1


if __name__ == "__main__":
    sys.exit(main())
