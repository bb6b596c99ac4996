"""``kmeans compress-image``: pictures in k colours, with honest numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kmeans_cli import image_records, records
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.compression import Compressed, Original, compress, fitted_clusters, load_original, unused_k
from kmeans_cli.config import Config, dump, to_tree
from kmeans_cli.core.types import MapBlocks
from kmeans_cli.errors import ConfigError, FitError, KMeansError, PlaceError
from kmeans_cli.experiment import FitJob, Fitted, run_fit, seed_of_fit
from kmeans_cli.images.png import truecolour_png
from kmeans_cli.images.reduced import check_dither
from kmeans_cli.images.sources import Source, find_sources, sha256
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import Progress, Stage, Warned
from kmeans_cli.runs import check_label, provenance
from kmeans_cli.runs.atomic import open_write
from kmeans_cli.runs.folder import RunFolder, open_run
from kmeans_cli.runs.status import RunStatus
from kmeans_cli.sweep import swept_ks
from kmeans_cli.threads import available_cores, open_block_map
