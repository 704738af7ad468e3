"""A browser that opens pages from a file, as readers do, and reaches no network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --window-size=1500,1100 "
    "--proxy-server=127.0.0.1:9"
).split()
NO_NAME_RESOLVES = "--host-resolver-rules=MAP * ~NOTFOUND"


@contextmanager
def offline_browser(profile: Path) -> Iterator[Chrome]:
    """Start a browser with an empty profile; skip the test where there is none on this machine."""
    if not (CHROMIUM and DRIVER):
        pytest.skip("no chromium and chromedriver here: apt-get install chromium chromium-driver")
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, NO_NAME_RESOLVES, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    browser = Chrome(options=options, service=Service(DRIVER))
    yield browser
    browser.quit()
