"""What is done with one of many fits, wherever it is done: fit and evaluate."""

from __future__ import annotations

from dataclasses import dataclass

from kmeans_cli.core.types import StopReason
from kmeans_cli.crew import Access
from kmeans_cli.evaluation import FitOutcome, evaluate
from kmeans_cli.experiment import FitData, FitJob, run_fit
from kmeans_cli.metrics.params import EvaluateParams
from kmeans_cli.progress import silent
from kmeans_cli.threads import open_growing_map


@dataclass(frozen=True)
class FitWork:
    """What is done with a job: fit and evaluate.

    Attributes:
        evaluate: How to evaluate.
        data_seed: Of the draw of silhouette rows.
        access: To the data.
    """

    evaluate: EvaluateParams
    data_seed: int
    access: Access[FitData]

    def __call__(self, job: FitJob) -> FitOutcome | None:
        """The outcome; None when it was told to stop before the fit had ended.

        Raises:
            FitError: If the fit cannot go on.
        """
        data = self.access.open_data()
        with open_growing_map(self.access.n_threads) as map_blocks:
            fitted = run_fit(data, job, 1, map_blocks, silent, self.access.should_stop)
            if fitted.result.stop_reason is StopReason.INTERRUPTED:
                return None
            return evaluate(data, fitted, self.evaluate, self.data_seed, map_blocks)
