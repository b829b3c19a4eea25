# Two commands are enough: `make up` runs the product, `make test` runs everything that CI runs.
export UV_PYTHON_DOWNLOADS = never
UV_VERSION = 0.13.8
UV := $(shell command -v uv || echo .uv/bin/uv)
RUN = $(UV) run --no-sync
VENDOR = src/kangwei/web/static/vendor/.complete
PORT ?= 8000

.PHONY: up test lint bench screens clean

up: .venv/.complete $(VENDOR)
	$(RUN) kangwei up --port $(PORT)

test: .venv/.complete $(VENDOR) lint
	$(RUN) pytest -n 2 --dist loadfile
	$(RUN) tools/test_postgresql.sh

lint: .venv/.complete
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports

bench: .venv/.complete
	$(RUN) python -m bench.working_time
	$(RUN) python -m bench.occurrences
	$(RUN) python -m bench.pages
	$(RUN) python -m bench.ledger_import
	$(RUN) python -m bench.asset_import
	bench/make_up.sh
	$(UV) sync --locked --quiet --group bench
	$(RUN) python -m bench.desk

screens: .venv/.complete $(VENDOR)
	$(RUN) python tools/screens.py

.uv/bin/uv:
	python3 -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.complete: pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	$(UV) sync --locked --quiet
	touch $@

$(VENDOR): package.json package-lock.json tools/vendor_assets.py .venv/.complete
	$(RUN) npm ci --ignore-scripts --no-audit --no-fund --silent
	$(RUN) python tools/vendor_assets.py
	touch $@

clean:
	rm -rf .venv .uv node_modules src/kangwei/web/static/vendor
