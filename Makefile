# Each target makes its own environment in $(VENV) first, and installs what it needs: once, then it starts at once.
# Needs make and Python 3.11 or newer; uses uv where it is installed. See .ci/environment.

VENV = .venv
PYTHON ?=
PYTEST_ARGS =
SECONDS = 10
LENGTH = 6
FUZZ_ARGS =
AUTOBAHN =
HOURS = 2
BIN = $(VENV)/bin
INSTALL = PYTHON='$(PYTHON)' sh .ci/environment $(VENV) -e

.PHONY: help demo demo-godot demo-godot4 demo-web browser test test-fast test-outside test-all check types docs engines interop autobahn fuzz model soak bench bench-quick wheels test-compiled clean
.NOTPARALLEL:

help:
	@echo 'make demo    the arena: a server, bots and a window (without a display: ten seconds, then arena.png)'
	@echo 'make demo-godot  the same on a real Godot 3 server; needs godot3-server'
	@echo 'make demo-godot4  the same on a real Godot 4 server; without one, Debian and Ubuntu fetch it into build/godot4'
	@echo 'make demo-web  the arena as a page: Python in your browser; needs npm once, for Pyodide'
	@echo 'make browser what a client does in Node.js, Chromium and Firefox; skips those that are not installed'
	@echo 'make test    the tests, with branch coverage; PYTEST_ARGS="-k url" for some'
	@echo 'make test-fast  those of the formats, the protocol and the signals: run these first'
	@echo 'make test-outside  the tests that play against browsers, engines, servers and compilers; skips those that are not installed'
	@echo 'make test-all  the same with each Python that is here, with the oldest pyee and the newest'
	@echo 'make check   format, lint and types'
	@echo 'make types   mypy and pyright on what users write; pyright has to know the type of every public name'
	@echo 'make docs    the documentation, into build/site; a warning or a broken link fails'
	@echo 'make engines the engines of demos/engines, so that make test-outside tries them too'
	@echo 'make interop every real server that is installed or can be, into build/interop; writes docs/interop.md'
	@echo 'make autobahn Autobahn for client and server, the quick cases; needs a Python 2.7; AUTOBAHN=--full for all 517'
	@echo 'make fuzz    broken inputs for all that reads what strangers sent: SECONDS=10 for each of its targets'
	@echo 'make model   every sequence of steps of a connection, LENGTH=6 of them, against the laws of its signals'
	@echo 'make soak    the arena over lines that fail, HOURS=2 long; fails if memory, descriptors or latency grow'
	@echo 'make bench   the other clients beside this one, under fifteen minutes; writes docs/performance.md'
	@echo 'make bench-quick  the most important of it, under two minutes; fails where a hot path is lost'
	@echo 'make wheels  the pure wheel and the compiled one of this Python, into dist/; needs a C compiler'
	@echo 'make test-compiled  the tests of what is compiled, on the compiled wheel and on the same as pure Python'
	@echo 'make clean   remove the environment and everything that was made'
	@echo
	@echo 'PYTHON=python3.12 chooses the Python, VENV=.venv-3.12 the folder of its environment.'

demo: $(VENV)/.has-demos
	$(BIN)/python -m demos.arena

demo-godot: $(VENV)/.has-demos
	$(BIN)/python -m demos.godot

# What cannot fetch an engine may have one all the same: the demo says what is missing.
demo-godot4: $(VENV)/.has-demos
	@command -v godot4 >/dev/null || test -n "$$GODOT4" || bash .ci/install-godot4 build/godot4 || true
	$(BIN)/python -m demos.godot4

demo-web: $(VENV)/.has-web
	$(BIN)/python -m demos.web

browser: $(VENV)/.has-test
	$(BIN)/python -m pytest tests/browser tests/demos/web tests/transport/test_browser.py tests/transport/test_bridge.py $(PYTEST_ARGS)

test: $(VENV)/.has-test
	$(BIN)/python -m pytest -n auto --dist worksteal -m 'not outside' --cov --cov-report=term $(PYTEST_ARGS)

test-fast: $(VENV)/.has-test
	$(BIN)/python -m pytest -n auto --dist worksteal -q -m 'not untraced' tests/ground tests/core tests/variant tests/protocol tests/scene $(PYTEST_ARGS)

test-outside: $(VENV)/.has-test
	$(BIN)/python -m pytest -n auto --dist worksteal -m outside $(PYTEST_ARGS)

test-all:
	@sh .ci/test-all $(PYTEST_ARGS)

# Types for each system: what only one of them has must not be called on another.
check: $(VENV)/.has-lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --platform linux
	$(BIN)/mypy --platform darwin --cache-dir .mypy_cache/darwin
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32

types: $(VENV)/.has-types
	$(BIN)/python -m pytest tests/typing

docs: $(VENV)/.has-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --site-dir build/site

engines: $(VENV)/.has-engines

interop: $(VENV)/.has-test
	$(BIN)/python -m tests.interop.servers

autobahn: $(VENV)/.has-test
	PYTHON=$(BIN)/python .ci/autobahn $(AUTOBAHN)

fuzz: $(VENV)/.has-fuzz
	$(BIN)/python -m fuzz --seconds $(SECONDS) $(FUZZ_ARGS)

model: $(VENV)/.has-test
	$(BIN)/python -m tests.model --length $(LENGTH)

soak: $(VENV)/.has-test
	$(BIN)/python -m tests.endurance.soak --hours $(HOURS)

bench: $(VENV)/.has-bench
	$(BIN)/python -m benchmarks

bench-quick: $(VENV)/.has-bench
	$(BIN)/python -m benchmarks --quick

# Each in an environment of its own, by `build`. Unless asked for by that variable a wheel is pure; see hatch_build.py.
wheels: $(VENV)/.has-compile
	$(BIN)/python -m build --outdir dist
	HATCH_BUILD_HOOK_ENABLE_CUSTOM=1 $(BIN)/python -m build --wheel --outdir dist

test-compiled: $(VENV)/.has-compile
	$(BIN)/python .ci/compiled $(PYTEST_ARGS)

clean:
	rm -rf $(VENV) .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache htmlcov build dist arena.png arena-godot4.png web.png .fuzz .venv-all
	find . -name '.venv*' -prune -o -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.has-demos: pyproject.toml .ci/environment
	@$(INSTALL) '.[demos]'
	@touch $@

$(VENV)/.has-web: pyproject.toml .ci/environment
	@$(INSTALL) '.[demos]' --group web
	@touch $@

$(VENV)/.has-test: pyproject.toml .ci/environment
	@$(INSTALL) . --group test
	@touch $@

$(VENV)/.has-docs: pyproject.toml .ci/environment
	@$(INSTALL) . --group docs
	@touch $@

$(VENV)/.has-engines: pyproject.toml .ci/environment
	@$(INSTALL) . --group test --group engines
	@touch $@

$(VENV)/.has-types: pyproject.toml .ci/environment
	@$(INSTALL) . --group test --group lint --group types
	@touch $@

# Not on every system, nor for every Python.
$(VENV)/.has-fuzz: pyproject.toml .ci/environment
	@$(INSTALL) .
	@$(INSTALL) . --group fuzz || echo 'There is no atheris for this Python: the inputs will be random.' >&2
	@touch $@

$(VENV)/.has-compile: pyproject.toml .ci/environment
	@$(INSTALL) . --group test --group compile
	@touch $@

$(VENV)/.has-bench: pyproject.toml .ci/environment
	@$(INSTALL) . --group bench
	@touch $@

# With the test group too: the types of what the demos and tests import are read from there.
$(VENV)/.has-lint: pyproject.toml .ci/environment
	@$(INSTALL) . --group test --group lint
	@touch $@
