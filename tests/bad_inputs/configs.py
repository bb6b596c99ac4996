"""Configs that cannot be right."""

from __future__ import annotations

from pathlib import Path

from tests.bad_inputs.entry import BadInput

_BOMB = "\n".join(["a0: &a0 [x, x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12))])


def _config(name: str, content: bytes | str, *words: str, argv: str = "fit a.yaml") -> BadInput:
    return BadInput(f"config: {name}", argv, 2, words, {"a.yaml": content})


def _make_circle(folder: Path) -> None:
    (folder / "a.yaml").symlink_to("a.yaml")


SYNTAX = (
    _config("an alias bomb", _BOMB, "a.yaml:2: is no usable YAML: aliases are not allowed"),
    _config("one alias", "seed: &s 1\nname: *s\n", "a.yaml:2", "aliases are not allowed"),
    _config("a merge key", "a: &a {b: 1}\nc: {<<: *a}\n", "a.yaml:2", "aliases are not allowed"),
    _config("a key twice", "seed: 1\nname: x\nseed: 2\n", "a.yaml:3", "the key 'seed' stands here twice"),
    _config("a key twice in a section", "kmeans:\n  init: sample\n  init: uniform\n", "a.yaml:3", "'init' stands here twice"),
    _config("a tab", "kmeans:\n\tinit: sample\n", "a.yaml:2", "cannot start any token"),
    _config("a Python object", "name: !!python/object/apply:os.system ['true']\n", "a.yaml:1", "!!python/object/apply:os.system is not allowed here"),
    _config("a Python name", "name: !!python/name:os.system\n", "a.yaml:1", "is not allowed here"),
    _config("a tag of its own", "name: !mine x\n", "a.yaml:1", "!mine is not allowed here"),
    _config("a set", "data: !!set {digits}\n", "a.yaml:1", "!!set is not allowed here"),
    _config("binary text", "name: !!binary aGVsbG8=\n", "a.yaml:1", "!!binary is not allowed here"),
    _config("brackets without an end", "data: [1, 2\n", "a.yaml", "is no usable YAML"),
    _config("a quote without an end", "name: 'x\n", "a.yaml", "is no usable YAML"),
    _config("two documents", "seed: 1\n---\nseed: 2\n", "a.yaml:2", "another document"),
    _config("a key that is a number", "1: 2\n", "a.yaml:1", "a key must be text"),
    _config("a key that is a list", "? [a]\n: 1\n", "a.yaml:1", "a key must be text"),
    _config("brackets nested two hundred deep", "name: " + "[" * 200 + "]" * 200 + "\n", "a.yaml:1: name", "is of the wrong type"),
    _config("brackets nested three hundred deep", "name: " + "[" * 300 + "]" * 300 + "\n", "nested too deeply"),
    _config("brackets nested twenty thousand deep", "[" * 20_000, "a.yaml: is nested too deeply"),
    _config("a number of five thousand digits", "seed: " + "9" * 5000 + "\n", "a.yaml:1", "too many digits"),
    _config("a control character", "name: a\0b\n", "a.yaml: is no usable YAML"),
    _config("not UTF-8", b"name: \xe9t\xe9\n", "a.yaml: is not UTF-8 text"),
    _config("too long", "# " + "x" * (1 << 18) + "\n", "a.yaml: is too long for a config", "at most 262144 bytes"),
    _config("a list", "- 1\n- 2\n", "a.yaml: [1, 2] is no config", "a mapping of keys to values"),
    _config("a text", "hello\n", "a.yaml: 'hello' is no config"),
    _config("a number", "3\n", "a.yaml: 3 is no config"),
    _config("half a surrogate pair", 'name: "\\ud800"\n', "no Unicode"),
    BadInput("config: missing", "fit none.yaml", 2, ("none.yaml: no such file",)),
    BadInput("config: a folder", "fit .", 2, (".: cannot be read: Is a directory",)),
    BadInput("config: a link to itself", "fit a.yaml", 2, ("a.yaml: cannot be read",), prepare=_make_circle),
    BadInput("config: endless", "fit --config /dev/zero", 2, ("/dev/zero: is too long for a config",)),
)  # fmt: skip

VALUES = (
    _config("an unknown key", "sede: 1\n", "a.yaml:1: sede: 'sede' is no key", "did you mean 'seed'?"),
    _config("an unknown key in a section", "kmeans: {n_cluster: 3}\n", "a.yaml:1: kmeans.n_cluster", "did you mean 'n_clusters'?"),
    _config("a key of another section", "n_clusters: 3\n", "a.yaml:1: n_clusters", "did you mean 'kmeans.n_clusters'?"),
    _config("a section that is a number", "kmeans: 3\n", "a.yaml:1: kmeans: 3 is of the wrong type", "a mapping"),
    _config("a section that is null", "kmeans:\n", "a.yaml:1: kmeans: None is of the wrong type", "a mapping"),
    _config("a section that is a list", "data: [digits]\n", "a.yaml:1: data", "a mapping"),
    _config("true for a count", "kmeans: {n_clusters: true}\n", "kmeans.n_clusters: True is of the wrong type", "a whole number"),
    _config("3.0 for a count", "kmeans: {n_clusters: 3.0}\n", "kmeans.n_clusters: 3.0 is of the wrong type", "a whole number"),
    _config("text for a count", "kmeans: {max_iter: many}\n", "kmeans.max_iter: 'many' is of the wrong type", "a whole number"),
    _config("text for a switch", "trace: yes\n", "trace: 'yes' is of the wrong type", "true or false"),
    _config("a number for a name", "kmeans: {empty: 3}\n", "kmeans.empty: 3 is of the wrong type", "text"),
    _config("a number for a path", "data: {path: 3}\n", "data.path: 3 is of the wrong type", "text or null"),
    _config("k of 0", "kmeans: {n_clusters: 0}\n", "a.yaml:1: kmeans.n_clusters: 0 is too small", "a whole number from 1"),
    _config("a negative seed", "seed: -1\n", "a.yaml:1: seed: -1 is no seed"),
    _config("a seed that is not whole", "seed: 0.5\n", "seed: 0.5 is of the wrong type", "a whole number"),
    _config("an unknown init", "kmeans: {init: sampel}\n", "a.yaml:1: kmeans.init: 'sampel' is no init", "did you mean 'sample'?"),
    _config("init random", "kmeans: {init: random}\n", "kmeans.init: 'random' means different things", "'sample'", "'uniform'"),
    _config("an init of two ways", "kmeans: {init: {file: a.npy, run: b}}\n", "kmeans.init", "names no start"),
    _config("an init of no way", "kmeans: {init: {from: a.npy}}\n", "kmeans.init", "names no start", "{file: centroids.npy} or {run: RUN}"),
    _config("an unknown policy", "kmeans: {empty: spilt}\n", "'spilt' is no empty-cluster policy", "did you mean 'split'?"),
    _config("an unknown algorithm", "kmeans: {algorithm: loyd}\n", "'loyd' is no algorithm", "did you mean 'lloyd'?"),
    _config("an unknown stop rule", "kmeans: {stop: {rule: lables}}\n", "kmeans.stop.rule: 'lables' is no stop rule", "did you mean 'labels'?"),
    _config("a tol without a rule that has one", "kmeans: {stop: {tol: 0.1}}\n", "kmeans.stop.tol: 0.1 has no meaning for rule 'labels'"),
    _config("a rule without its tol", "kmeans: {stop: {rule: shift}}\n", "kmeans.stop.tol: rule 'shift' needs a tol"),
    _config("a tol of NaN", "kmeans: {stop: {rule: shift, tol: .nan}}\n", "kmeans.stop.tol: nan is no tolerance"),
    _config("an infinite tol", "kmeans: {stop: {rule: shift, tol: .inf}}\n", "kmeans.stop.tol: inf is no tolerance"),
    _config("a negative tol", "kmeans: {stop: {rule: loss, tol: -1}}\n", "kmeans.stop.tol: -1", "a number, at least 0"),
    _config("an unknown data set", "data: {name: mnits}\n", "data.name: 'mnits' is no data set", "did you mean 'mnist'?"),
    _config("an unknown scale", "data: {scale: unitt}\n", "'unitt' is no scale", "did you mean 'unit'?"),
    _config("an unknown type", "data: {dtype: float16}\n", "data.dtype: 'float16' is no dtype", "float32"),
    _config("an unknown way with missing values", "data: {missing: dorp}\n", "data.missing: 'dorp'", "did you mean 'drop'?"),
    _config("an unknown split", "data: {split: tset}\n", "data.split: 'tset' is no split", "did you mean 'test'?"),
    _config("an unknown figure format", "figures: {format: jpg}\n", "figures.format: 'jpg' is no figure format", "png"),
    _config("an unknown executor", "executor: {name: procesess}\n", "executor.name: 'procesess' is no executor", "did you mean 'processes'?"),
    _config("no jobs", "executor: {jobs: 0}\n", "executor.jobs: 0 is too few jobs"),
    _config("an unknown rule for k", "sweep: {rules: [elbwo]}\n", "sweep.rules", "did you mean 'elbow'?", argv="sweep-k a.yaml"),
    _config("a negative number of references", "sweep: {gap_references: -1}\n", "sweep.gap_references: -1 is too few", argv="sweep-k a.yaml"),
    _config("ranges that run backwards", "sweep: {k: 20..5}\n", "a.yaml:1: sweep.k: '20..5' runs backwards", "5..20", argv="sweep-k a.yaml"),
    _config("starts for another number of k", "kmeans: {n_init: [1, 2]}\nsweep: {k: 2..4}\n", "kmeans.n_init: [1, 2]", "3 of them", argv="multi-init a.yaml"),
    _config("more starts than anyone has time for", "kmeans: {n_init: 1000000000000}\n", "kmeans.n_init: 1000000000000"),
    _config("blobs without centres", "data: {name: blobs, blobs: {centres: [], sizes: []}}\n", "data.blobs.centres: () are no centres"),
    _config("blobs of mixed dimensions", "data: {name: blobs, blobs: {centres: [[1], [1, 2]], sizes: [3, 3]}}\n", "are no centres", "same number"),
    _config("blobs with too few sizes", "data: {name: blobs, blobs: {sizes: [3]}}\n", "data.blobs.sizes: (3,) are no sizes", "3 whole numbers"),
    _config("blobs larger than any memory", "data: {name: blobs, blobs: {sizes: [1000000000000, 1, 1]}}\n", "data.blobs.sizes"),
    _config("a negative spread", "data: {name: blobs, blobs: {spread: -1}}\n", "data.blobs.spread: -1", "is no spread"),
    _config("a batch of 0", "kmeans: {algorithm: minibatch}\nminibatch: {batch_size: 0}\n", "minibatch.batch_size: 0 is too small"),
    _config("a share of 2", "minibatch: {reassignment_ratio: 2}\n", "minibatch.reassignment_ratio: 2", "0 up to below 1"),
    _config("mini-batch with iterations", "kmeans: {algorithm: minibatch, max_iter: 5}\n", "kmeans.max_iter: 5 has no meaning for algorithm 'minibatch'", "minibatch.max_epochs"),
    _config("too few samples for a silhouette", "evaluate: {silhouette_samples: -1}\n", "evaluate.silhouette_samples: -1"),
    _config("a published row without k", "published: {rows: [{init: sample}]}\n", "published.rows", "is missing"),
    _config("a published row with an unknown key", "published: {rows: [{k: 2, innit: sample}]}\n", "published.rows", "did you mean 'init'?"),
    _config("a published accuracy in per cent", "published: {rows: [{k: 2, accuracy: 60}]}\n", "published", "accuracy", "from 0 to 1"),
    _config("a name that leaves the folder", "name: ../x\n", "name: '../x' is no name for a run"),
    _config("a name that is empty", "name: ''\n", "name: '' leaves nothing to name a run by"),
    _config("a path that is not there", "data: {path: none.csv}\n", "none.csv: does not exist"),
)  # fmt: skip

CHECKS = (
    _config("config check: an unknown key", "sede: 1\n", "a.yaml:1: sede", "did you mean 'seed'?", argv="config check a.yaml"),
    _config("config check: a name", "name: a/b\n", "'a/b' is no name for a run", argv="config check a.yaml"),
    _config("config show: an unknown key", "sede: 1\n", "a.yaml:1: sede", argv="config show a.yaml"),
    _config("two configs", "seed: 1\n", "--config: 'b.yaml' another config than the argument 'a.yaml'", argv="fit a.yaml --config b.yaml"),
    BadInput("config new: a file that exists", "config new a.yaml", 3, ("a.yaml: exists already", "--force"), {"a.yaml": ""}),
    BadInput("config new: a folder that does not exist", "config new no/a.yaml", 3, ("no/a.yaml: cannot be written",)),
    BadInput("config check: missing", "config check none.yaml", 2, ("none.yaml: no such file",)),
)  # fmt: skip

_PATH = "config: a path that is not there"
ENTRIES = (
    *(e if e.name != _PATH else BadInput(e.name, e.argv, 3, e.words, e.files) for e in (*SYNTAX, *VALUES)),
    *CHECKS,
)
