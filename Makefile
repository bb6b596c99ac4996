# `make` lists the targets. Everything happens in .venv, which the targets make themselves.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help install demo tables table-starts table-restarts table-minibatch table-images prove test test-long fuzz \
	lint format bench bench-images bench-scaling bench-starts bench-ablation bench-scale \
	kill-test clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

.venv/.installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

install: .venv/.installed ## make .venv with the package and its development tools

demo: .venv/.installed ## cluster the built-in handwritten digits: table, figures, run folder
	$(BIN)/kmeans fit configs/digits.yaml

# $(call tables,COMMAND,CONFIG,TABLES): a run of the config, unless there is a finished one, and tables of it.
define tables
@mkdir -p runs/tables
$(BIN)/kmeans $(1) configs/$(2).yaml $(if $(FORCE),,--reuse) > runs/tables/$(2).txt
@run=$$(sed -n 's/^run: //p' runs/tables/$(2).txt); file=runs/tables/$(2); \
report() { $(BIN)/kmeans report "$$run" --config configs/$(2).yaml "$$@"; }; \
for table in $(3); do \
	report --table $$table --out $$file-$$table.md && \
	report --table $$table --format latex --out $$file-$$table.tex && \
	cat $$file-$$table.md && echo || exit 1; \
done; \
echo "tables: $$file-*; figures: $$run/figures"
endef

table-starts: .venv/.installed ## the first report's tables and figures, beside the published ones (needs MNIST)
	$(call tables,sweep-k,report1-k20,starts)
	$(call tables,sweep-k,report1-k5-20,starts-k k)

table-restarts: .venv/.installed ## the second report's: 60 fits of 60,000 images, some minutes (needs MNIST)
	$(call tables,multi-init,report2,restarts confused)

table-minibatch: .venv/.installed ## the tutorial's mini-batch table, plots and centroid grids (needs MNIST)
	@mkdir -p runs/tables
	@for name in minibatch minibatch-exact minibatch-on-test; do \
		$(BIN)/kmeans sweep-k configs/$$name.yaml $(if $(FORCE),,--reuse) > runs/tables/$$name.txt || exit 1; \
	done
	@runs=$$(sed -n 's/^run: //p' runs/tables/minibatch.txt runs/tables/minibatch-exact.txt runs/tables/minibatch-on-test.txt); \
	report() { $(BIN)/kmeans report $$runs --table minibatch --config configs/minibatch.yaml "$$@"; }; \
	report --format latex --out runs/tables/minibatch.tex && report --out runs/tables/minibatch.md
	@cat runs/tables/minibatch.md
	@echo "grids of 6×6 and 4×4 centroids, and the plots by k, in the figures of:"
	@for k in 36 16; do $(BIN)/kmeans fit configs/minibatch.yaml --k $$k --name minibatch-k$$k --quiet || exit 1; done
	@sed -n 's/^run: //p' runs/tables/minibatch.txt

tables: table-starts table-restarts table-minibatch ## all tables of the reports; what is finished is used again, unless FORCE=1

prove: .venv/.installed ## check every run in runs/, and repeat it: is the result the same? (takes as long as the runs took)
	$(BIN)/kmeans runs check
	$(BIN)/kmeans rerun --all runs

test: .venv/.installed ## all tests but the long ones; on real MNIST too when KMEANS_DATA_DIR holds it
	$(BIN)/python -m pytest -q -m "not long" -n auto --dist worksteal

test-long: .venv/.installed ## the tests that take minutes
	$(BIN)/python -m pytest -q -m long

fuzz: .venv/.installed ## 20,000 broken files of all kinds: no traceback, no hang, no false success (some minutes; SEED=1 for others)
	$(BIN)/python -m tests.fuzz --seed $(or $(SEED),0) $(FUZZ)

kill-test: .venv/.installed ## processes killed at random moments, resumed, compared with runs left alone (TIMES=18 of each kind)
	$(BIN)/python -m tests.kill $(if $(TIMES),--times $(TIMES))

lint: .venv/.installed ## ruff and mypy, both strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/.installed ## rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.installed ## speed and memory beside scikit-learn, on real MNIST (KMEANS_DATA_DIR)
	$(BIN)/python -m tests.bench.fit
	$(BIN)/python -m tests.bench.minibatch

bench-images: .venv/.installed ## colours of pictures beside pngquant and scikit-learn; cat.png too when KMEANS_DATA_DIR holds it
	$(BIN)/python -m tests.bench.images

table-images: .venv/.installed ## the notebook's and the article's findings on pictures beside ours
	$(BIN)/python -m tests.bench.image_table

bench-scaling: .venv/.installed ## time against n, k and d beside scikit-learn, as a figure (KMEANS_DATA_DIR; minutes)
	$(BIN)/python -m tests.bench.scaling

bench-starts: .venv/.installed ## 30 and 60 starts on all of MNIST, whole processes, beside scikit-learn from the same (KMEANS_DATA_DIR; minutes)
	$(BIN)/python -m tests.bench.starts

bench-scale: .venv/.installed ## fits on Dask workers and 4 GB under 1 GiB: scaling, memory, a cost model (makes its data, 4 GB of disk)
	$(BIN)/python -m tests.bench.scale
	$(BIN)/python -m tests.bench.passes

bench-ablation: .venv/.installed ## what each idea of the fast algorithms brings (KMEANS_DATA_DIR; minutes)
	$(BIN)/python -m tests.bench.ablation

clean: ## remove .venv and caches; runs/ stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
	find kmeans_cli tests -name __pycache__ -type d -prune -exec rm -rf {} +
