"""What all tests share."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says more about what else the machine does than about the code.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

NO_DATA = "KMEANS_DATA_DIR is not set"

# Tests and the programs they start run in folders of their own, where a relative path would lead elsewhere.
if os.environ.get("KMEANS_DATA_DIR"):
    os.environ["KMEANS_DATA_DIR"] = str(Path(os.environ["KMEANS_DATA_DIR"]).resolve())


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Skip the tests on real MNIST, saying why, where nobody told us where it is."""
    for item in items:
        if item.get_closest_marker("mnist"):
            item.user_properties.append(("mnist", True))
            if not os.environ.get("KMEANS_DATA_DIR"):
                item.add_marker(pytest.mark.skip(reason=NO_DATA))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the tests on real MNIST, for those who must know that they ran."""
    reports = [
        report for kind in ("passed", "failed", "error", "skipped") for report in terminalreporter.getreports(kind)
    ]
    mnist = [report for report in reports if ("mnist", True) in getattr(report, "user_properties", ())]
    skipped = sum(report.skipped for report in mnist)
    terminalreporter.write_line(f"MNIST tests: {len(mnist) - skipped} ran, {skipped} skipped")
    bad = [report for report in reports if ("bad input", True) in getattr(report, "user_properties", ())]
    if bad:
        refused = sum(report.passed for report in bad)
        terminalreporter.write_line(f"bad inputs: {len(bad)} tried, {refused} refused as they should be")
