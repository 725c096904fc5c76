"""Debian's Chromium, for the tests that look at pages."""

import shutil

from tests.services import ServiceMissing

# Chromium's sandbox refuses root, and containers give it little shared memory.
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")


def executable() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise ServiceMissing("Chromium is not installed (Debian package: chromium).")
