"""A made-up study and its page, made once for all tests of the report."""

import os

import pytest
import synthetic_browser
import synthetic_study

from chromolens.report.browser.browse import browse
from chromolens.report.contents import Contents
from chromolens.report.page import render
from chromolens.study import Study


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    return synthetic_study.build(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="session")
def page(study: Contents) -> str:
    return render(study)


@pytest.fixture(scope="session")
def chromium() -> str:
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not os.access(path, os.X_OK):
        pytest.skip("no Chromium: set CHROMIUM to its program")
    return path


@pytest.fixture(scope="session")
def browsed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Contents]:
    """The study of ``synthetic_browser`` with its tracks in browsers."""
    found = synthetic_browser.build(tmp_path_factory.mktemp("browsed"))
    browse(*found)
    return found
