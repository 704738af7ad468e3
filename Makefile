# Two commands do everything: `make annex` and `make test`. Set-up comes with them.

UV_VERSION := 0.13.9
PYTHON ?= python3

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
# What maintainers run (scripts/dev) uses the product's modules.
export PYTHONPATH := scripts

# Without a folder of the user's, `make annex` shows itself on a synthetic sample: extracts and landing in a folder of its own,
# and a public key that opens nothing else.

.PHONY: help annex docs test test-spark soak mutations lint bench columns spark-start spark-stop setup setup-spark clean

help:  ## this list
	@awk -F ':.*  ## ' '/^[a-z][a-z-]*:.*  ## / {printf "make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

ifeq ($(strip $(INBURGERING_EXTRACTS)),)
annex: export INBURGERING_EXTRACTS := sample/extracts
annex: export INBURGERING_LANDING := sample/landing
annex: export INBURGERING_PSEUDONYM_KEY := public-key-of-the-synthetic-sample
annex: sample/extracts
endif

annex: setup  ## extracts → landing → warehouse → annex/sv_2024_123.xlsx
	.venv/bin/python scripts/load_extracts.py
	.venv/bin/dbt --quiet build  # without --quiet: every step
	.venv/bin/python scripts/export_annex.py

sample/extracts: | setup
	.venv/bin/python -m dev.generate_extracts

docs: setup  ## lineage and every description in one HTML file: target/static_index.html
	# Parsed anew: from what it parsed before, dbt forgets the descriptions of tests whose models changed.
	.venv/bin/dbt --no-partial-parse docs generate --static
	.venv/bin/python scripts/write_docs.py

test: setup  ## every test, but for those on Spark
	.venv/bin/pytest --cov --cov-report term:skip-covered

test-spark: setup-spark  ## the tests that build on a Spark cluster on this machine too (Java 17)
	.venv/bin/pytest -m spark --numprocesses=0

soak: setup  ## kill load, build and export 120 times, and give scripts thousands of odd files and arguments (make test: some)
	.venv/bin/pytest tests/robustness/test_kills.py --numprocesses=0 --kills 120 --capture no
	.venv/bin/pytest tests/robustness/test_one_line.py --numprocesses=0 --hypothesis-profile=thorough

lint: setup  ## ruff, mypy and sqlfluff
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/sqlfluff lint models tests

BENCH_SCALE ?= 1
BENCH_RUNS ?= 3
bench: setup  ## the project against SQL by hand (same work, or only counting), polars and pandas; BENCH_SCALE=20: 20 times the sample
	.uv/bin/uv sync --quiet --frozen --inexact --group bench
	.venv/bin/python -m dev.run_benchmark --scale $(BENCH_SCALE) --runs $(BENCH_RUNS) $(BENCH_OPTIONS)

mutations: setup  ## break the rules one at a time, in a copy, and list the tests that turn red
	.venv/bin/python -m dev.mutate_rules

setup: .venv/set-up  ## an environment in the checkout, with locked versions (comes along with every other target)

.venv/set-up: uv.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it with make PYTHON=python3.12")'
	test -x .uv/bin/uv || { $(PYTHON) -m venv .uv && .uv/bin/pip install --quiet uv==$(UV_VERSION); }
	.uv/bin/uv sync --quiet --frozen --python $(PYTHON)
	touch $@

spark-start: setup-spark  ## start a Spark cluster on this machine, for dbt build --target spark
	.venv/bin/python -m dev.run_spark_cluster start

spark-stop:  ## stop that cluster
	.venv/bin/python -m dev.run_spark_cluster stop

setup-spark: .venv/set-up-spark  ## what the target spark needs besides, from PyPI (half a gigabyte)

.venv/set-up-spark: .venv/set-up
	.uv/bin/uv sync --quiet --frozen --group spark --python $(PYTHON)
	touch $@

columns: export INBURGERING_CONTRACTS = False
columns: export INBURGERING_WAREHOUSE = target/columns.duckdb
columns: setup  ## after a change of SQL: the columns of every model in its YAML file
	.venv/bin/dbt --quiet build --resource-type model --resource-type seed
	INBURGERING_WAREHOUSE=target/columns.duckdb.building .venv/bin/python -m dev.describe_columns

clean:  ## remove what the steps made, but not the extracts
	rm -rf landing sample/landing warehouse.duckdb* annex feedback specification target logs
