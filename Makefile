# Counting House. `make help` lists what can be done; everything stays inside this checkout.
.DEFAULT_GOAL := help
.PHONY: help env demo run pages screenshots messages test test-sqlite test-postgresql test-own-databases test-browser browser check import-check model canaries bench failover lint format lock

PY := .venv/bin/python
PYTEST := $(PY) -m pytest -q
ELSEWHERE := --ignore=tests/browser --ignore=tests/house --ignore=tests/ledger/books --ignore=tests/faults
UNITS := $(ELSEWHERE) -m "not own_database" -n 2 --dist worksteal
HOST ?= 127.0.0.1
PORT ?= 8000
STEPS ?= 100000
OUT ?= var/pages.json
ONLY ?=
SEED ?= 1
KILLS ?= 20

help:  ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## *(.*)/  \1\t\2/' | expand -t 20

env:  ## make .venv from the hashed lock (every other target does this first)
	@sh tools/env.sh

demo: env  ## an example site with people, tokens and history, at http://127.0.0.1:8000
	@$(PY) manage.py demo

run: env  ## the site as the environment configures it: migrate, collect static files, serve
	$(PY) manage.py migrate --noinput
	$(PY) manage.py createcachetable
	$(PY) manage.py collectstatic --noinput --verbosity 0
	.venv/bin/granian --interface wsgi --host $(HOST) --port $(PORT) --blocking-threads 16 portal.wsgi:application

test: check test-sqlite test-postgresql test-own-databases test-books test-faults test-browser  ## everything: checks, the suite on both databases, the books, the faults, the browser tests

test-sqlite: env  ## the suite on SQLite
	$(PYTEST) $(UNITS)

test-postgresql: env  ## the suite on PostgreSQL, started from a wheel for this run
	$(PYTEST) -p tests.pgplugin $(UNITS)

test-own-databases: env  ## tests that bring their own databases: killed workers, a replica, partitions, the smallest benchmark
	$(PYTEST) $(ELSEWHERE) -m own_database -n 2 --dist loadfile

test-books: env  ## the books, recomputed by hledger and beancount
	@sh tools/books.sh
	$(PYTEST) tests/ledger/books -n 2

test-browser: env browser  ## the pages in a real Chromium
	$(PYTEST) tests/browser -n 2

test-faults: env  ## a short round of each fault: killed processes, lost answers, full disks, wrong clocks
	@sh tools/faults.sh
	$(PYTEST) tests/faults -n 2 --dist loadfile

faults: env  ## many rounds of each fault, then a table: make faults KILLS=200 SEED=1
	@sh tools/faults.sh
	@$(PY) -m tests.faults $(KILLS) $(SEED)

pages: env browser  ## every page measured on the example: axe, CSP, SQL, bytes, first byte, Lighthouse; OUT=FILE.json ONLY=
	@$(PY) -m tests.pages measure "$(OUT)" $(ONLY)

screenshots: env browser  ## a picture of every page, light and dark, into docs/images/screens; ONLY=
	@$(PY) -m tests.pages picture $(ONLY)

messages: env  ## collect the words that people read into locale/, and compile them
	@DEMO=true DJANGO_SETTINGS_MODULE=portal.settings PYTHONPATH=. $(PY) tools/messages.py

browser:  ## install Chromium where that needs no questions, else say how
	@sh tools/browser.sh >/dev/null

books: env  ## have hledger and beancount recompute every pool of the example site
	@sh tools/books.sh
	@$(PY) manage.py demo --no-serve >/dev/null
	@PATH="$(CURDIR)/var/beancount/bin:$$PATH" $(PY) manage.py check_books

backup: env  ## copy the whole database into one file in var/backups, while the site goes on
	@$(PY) manage.py backup

restore: env  ## replace the database by a backup, after asking: make restore FILE=var/backups/...
	@$(PY) manage.py restore "$(FILE)"

check: lint  ## the quick part: style, types, layers, migrations, house rules
	$(PYTEST) tests/house

failover: env  ## kill the leader of a Patroni cluster under charges and count: 3 minutes, wants patroni and etcd-server
	$(PY) -m bench.failover

import-check: env  ## import the real log beside the checkout on both databases, compare the figures, verify the books
	@sh tools/books.sh
	IMPORT_CHECK=1 $(PYTEST) tests/ledger/imports/test_import_real_log.py
	IMPORT_CHECK=1 $(PYTEST) -p tests.pgplugin tests/ledger/imports/test_import_real_log.py
	IMPORT_CHECK=1 $(PYTEST) tests/ledger/books/test_whole_sites.py

bench: env  ## this ledger beside its neighbours and limits; SHORT=1, HISTORY=, ONLY=, BENCH_FLUSH=1ms, OUT=FILE.json
	@sh bench/env.sh
	@$(PY) -m bench

model: env  ## random programs against an independent model, on both databases: make model STEPS=100000 SEED=1
	MODEL_STEPS=$(STEPS) SEED=$(SEED) $(PYTEST) -s --show-capture=no tests/model
	MODEL_STEPS=$(STEPS) SEED=$(SEED) $(PYTEST) -s --show-capture=no -p tests.pgplugin tests/model

canaries: env  ## put seeded defects into a copy of the code, one by one: the suite must see each
	@$(PY) -m tests.canaries.run

lint: env  ## style, types, missing migrations
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	$(PY) manage.py makemigrations --check --dry-run

format: env  ## put the code into the house's form
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

lock: env  ## resolve requirements/*.in anew into hashed locks
	@sh tools/lock.sh
