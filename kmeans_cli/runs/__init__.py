"""The run folder: claimed, written whole, read back. Nothing here imports NumPy until arrays are asked for."""

from kmeans_cli.runs.claim import check_label
from kmeans_cli.runs.find import find_run
from kmeans_cli.runs.folder import RunFolder, open_run
from kmeans_cli.runs.provenance import collect, fingerprint
from kmeans_cli.runs.read import Run, load_run
from kmeans_cli.runs.reopen import find_resumable, reopen_run
from kmeans_cli.runs.status import RunStatus
from kmeans_cli.runs.summary import RunSummary, list_runs

__all__ = [
    "open_run",
    "find_resumable",
    "reopen_run",
    "RunFolder",
    "check_label",
    "collect",
    "fingerprint",
    "find_run",
    "load_run",
    "Run",
    "list_runs",
    "RunSummary",
    "RunStatus",
]
