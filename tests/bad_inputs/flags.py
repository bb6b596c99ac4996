"""Command lines that cannot be right."""

from __future__ import annotations

from tests.bad_inputs.entry import BadInput


def _flag(argv: str, *words: str, code: int = 2, **files: str) -> BadInput:
    return BadInput(f"kmeans {argv}", argv, code, words, {f"{name}.csv": content for name, content in files.items()})


RANGES = (
    _flag("sweep-k --k 20..5", "--k: sweep.k: '20..5' runs backwards", "5..20"),
    _flag("sweep-k --k 5..5..0", "--k: sweep.k: '5..5..0' has a step of 0"),
    _flag("sweep-k --k 0", "--k: sweep.k: 0 is too small", "whole numbers from 1"),
    _flag("sweep-k --k 0..5", "sweep.k: 0 is too small"),
    _flag("sweep-k --k -3", "--k"),
    _flag("sweep-k --k 2,2", "names 2 twice"),
    _flag("sweep-k --k 2..4,3", "names 3 twice"),
    _flag("sweep-k --k 2-5", "'2-5' is no range", "2,4,8..16"),
    _flag("sweep-k --k 2.5", "is no range"),
    _flag("sweep-k --k 2..", "'2..' is no range"),
    _flag("sweep-k --k ''", "is no range"),
    _flag("sweep-k --k 2,,3", "is no range"),
    _flag("sweep-k --k 1..1000000000000", "stands for too many numbers", "10,000"),
    _flag("sweep-k --k 2000", "sweep.k: 2000 is more than the samples", "1797"),
    _flag("multi-init --n-init 5..2", "--n-init: '5..2' runs backwards"),
    _flag("multi-init --k 2,3 --n-init 4,5,6", "is no number of starts for each k", "2 of them"),
    _flag("multi-init --k 2..5 --n-init 20000", "very many fits", "--yes"),
    _flag("compress-image example --k 5..2", "sweep.k: '5..2' runs backwards"),
)  # fmt: skip

NUMBERS = (
    _flag("fit --k 0", "--k: kmeans.n_clusters: 0 is too small"),
    _flag("fit --k -2", "--k: kmeans.n_clusters: -2 is too small"),
    _flag("fit --k ten", "--k: kmeans.n_clusters: 'ten' is of the wrong type", "a whole number"),
    _flag("fit --k 3.5", "--k: kmeans.n_clusters", "a whole number"),
    _flag("fit --k 2..5", "--k: kmeans.n_clusters: '2..5' is of the wrong type"),
    _flag("fit --k 1798", "kmeans.n_clusters", "1798", "1797"),
    _flag("fit --data a.csv --k 3", "kmeans.n_clusters", "2", a="1,2\n3,4\n"),
    _flag("fit --data a.csv --k 3 --init sample", "kmeans.n_clusters", a="1,2\n1,2\n"),
    _flag("fit --n-init 0", "--n-init: kmeans.n_init: 0 is too small"),
    _flag("fit --n-init 2,3", "kmeans.n_init: [2, 3] is no number of starts", "one number"),
    _flag("fit --n-init 99999999999", "--n-init: kmeans.n_init: 99999999999"),
    _flag("fit --seed -1", "--seed: seed: -1 is no seed"),
    _flag("fit --seed x", "--seed: seed: 'x' is of the wrong type"),
    _flag("fit --jobs 0", "--jobs: executor.jobs: 0 is too few jobs"),
    _flag("fit --jobs many", "--jobs: executor.jobs: 'many' is of the wrong type"),
    _flag("fit --max-time 0", "--max-time: '0' is no time", "1h30m"),
    _flag("fit --max-time soon", "--max-time: 'soon' is no time"),
    _flag("fit --max-time -5", "--max-time: '-5' is no time"),
    _flag("sweep-k --max-time 5d", "--max-time: '5d' is no time"),
    _flag("animate --fps 0", "--fps: 0.0 is out of range", "0.5 to 50"),
    _flag("animate --size 5", "--size: 5 is out of range", "200 to 4000"),
    _flag("animate --frames 1", "--frames: 1 is out of range"),
    _flag("animate --fps fast", "--fps", "a valid number"),
    _flag("fit --set kmeans.stop='{rule: shift, tol: nan}'", "kmeans.stop", "tol"),
    _flag("fit --set kmeans.stop='{rule: shift, tol: .nan}'", "kmeans.stop.tol: nan is no tolerance"),
)  # fmt: skip

NAMES = (
    _flag("fit --init kmeans+", "--init: kmeans.init: 'kmeans+' is no init", "did you mean 'k-means++'?"),
    _flag("fit --init random", "'random' means different things"),
    _flag("fit --algorithm elkna", "--algorithm: kmeans.algorithm: 'elkna' is no algorithm"),
    _flag("fit --algorithm hammerly", "did you mean 'hamerly'?"),
    _flag("sweep-k --init sample,unifrom", "--init: sweep.init: 'unifrom' is no init", "did you mean 'uniform'?"),
    _flag("sweep-k --init sample,sample", "sweep.init", "one twice"),
    _flag("sweep-k --executor threads", "--executor: executor.name: 'threads' is no executor"),
    _flag("fit --data digist", "--data: 'digist' is no data set and no file", "did you mean 'digits'?"),
    _flag("fit --data none.csv", "none.csv: does not exist", code=3),
    _flag("fit --data ''", "--data"),
    _flag("fit --data .", "holds no pictures", code=3),
    _flag("fit --data /dev/zero", "/dev/zero", "is no file", code=3),
    _flag("data info digist", "NAME|PATH: 'digist' is no data set and no file"),
    _flag("data fetch mnits", "'mnits' is no data set", "did you mean 'mnist'?"),
    _flag("data info digits --out a.txt", "--out: 'a.txt' is no picture", ".png"),
    _flag("data info digits --out no/a.png", "no/a.png: cannot be written", code=3),
    _flag("data info none.npy", "none.npy: does not exist", code=3),
    _flag("animate --out a.avi", "--out: 'a.avi' is no moving picture", ".gif"),
    _flag("animate --data digits --set data.scale=zzz", "data.scale: 'zzz' is no scale"),
    _flag("fit --name ../x", "name: '../x' is no name for a run", "without / and \\"),
    _flag("fit --name /etc/x", "'/etc/x' is no name for a run"),
    _flag("fit --name ..", "'..' leaves nothing to name a run by"),
    _flag("fit --name 'a\tb'", "is no name for a run"),
    _flag("sweep-k --name a/b", "'a/b' is no name for a run"),
    _flag("compress-image example --name a/b", "'a/b' is no name for a run"),
)  # fmt: skip

USAGE = (
    _flag("fti", "No such command 'fti'", "Did you mean 'fit'?"),
    _flag("fit --sed 3", "No such option: --sed", "--seed"),
    _flag("fit --seed", "--seed", "requires an argument"),
    _flag("fit a.yaml b.yaml", "unexpected extra argument", "b.yaml"),
    _flag("fit --quiet=3", "--quiet"),
    _flag("runs shwo", "No such command 'shwo'", "Did you mean 'show'?"),
    _flag("runs show", "Missing argument 'RUN'"),
    _flag("predict latest", "Missing argument 'FILE...'"),
    _flag("report", "Missing argument 'RUN...'"),
    _flag("data fetch", "Missing argument 'NAME'"),
    _flag("config check", "Missing argument 'FILE...'"),
    _flag("fit --set", "--set"),
    _flag("fit --set kmeans", "--set: 'kmeans' sets nothing", "dotted.key=value"),
    _flag("fit --set =3", "--set: '=3' sets nothing"),
    _flag("fit --set kmeans..init=sample", "sets nothing"),
    _flag("fit --set kmeans.n_clusters=[1", "--set kmeans.n_clusters", "is no usable YAML"),
    _flag("fit --set kmeans.n_cluster=3", "--set: kmeans.n_cluster", "did you mean 'n_clusters'?"),
    _flag("fit --set kmeans=3", "--set: kmeans: 3 is of the wrong type", "a mapping"),
    _flag("fit --set kmeans.init.file.more=3", "--set", "kmeans.init"),
    _flag("sweep-k --retry-failed", "--retry-failed: needs --resume RUN"),
    _flag("sweep-k --resume x --reuse", "--resume", "only one of them"),
    _flag("compress-image", "names no picture"),
)  # fmt: skip

PLACES = (
    _flag("fit --runs /dev/null/x", "/dev/null/x", "cannot hold runs", code=3),
    _flag("fit --runs a.csv", "a.csv", "cannot hold runs", code=3, a="1\n"),
    _flag("fit --runs /proc/none", "/proc/none", "cannot hold runs", code=3),
    _flag("runs list --runs a.csv", "a.csv", "no runs can be read here", code=3, a="1\n"),
    _flag("runs show latest --runs no", "no: 'latest' is no run yet", code=3),
    _flag("runs show x --runs no", "no: no runs can be read here", code=3),
    _flag("config new /dev/null/x", "/dev/null/x: cannot be written", code=3),
)  # fmt: skip

ENTRIES = (*RANGES, *NUMBERS, *NAMES, *USAGE, *PLACES)
