# Each target first creates an environment in $(VENV) and installs what it needs, once.
# This needs make and Python 3.11 or newer, and uses uv if it is installed. See .ci/environment.

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
	@echo 'make demo           run the arena: a server, bots and a window; without a display, ten seconds and arena.png'
	@echo 'make demo-godot     the same on a real Godot 3 server; needs godot3-server'
	@echo 'make demo-godot4    the same on a real Godot 4 server; on Debian and Ubuntu, downloads it into build/godot4 if missing'
	@echo 'make demo-web       the arena as a web page, with Python in your browser; needs npm once, to install Pyodide'
	@echo 'make browser        test clients in Node.js, Chromium and Firefox; skips those that are not installed'
	@echo 'make test           run the tests, with branch coverage; PYTEST_ARGS="-k url" runs some of them'
	@echo 'make test-fast      run the tests of the formats, the protocol and the signals: a good first check'
	@echo 'make test-outside   run the tests that need browsers, engines, servers and compilers; skips those that are not installed'
	@echo 'make test-all       run the tests with every installed Python, with the oldest and the newest pyee'
	@echo 'make check          check format, lint and types'
	@echo 'make types          run mypy and pyright on programs that use the library; every public name needs a type'
	@echo 'make docs           build the documentation into build/site; a warning or a broken link is an error'
	@echo 'make engines        install the engines of demos/engines, so that make test-outside runs their tests too'
	@echo 'make interop        test with every real server that is installed or can be; writes docs/interop.md'
	@echo 'make autobahn       run the quick cases of Autobahn for client and server; needs Python 2.7; AUTOBAHN=--full runs all 517'
	@echo 'make fuzz           feed random input to everything that reads data from strangers, SECONDS=10 for each target'
	@echo 'make model          check every sequence of LENGTH=6 steps of a connection against the rules of its signals'
	@echo 'make soak           run the arena over failing lines for HOURS=2; fails if memory, descriptors or latency grow'
	@echo 'make bench          compare with other clients, in under fifteen minutes; writes docs/performance.md'
	@echo 'make bench-quick    run the most important benchmarks in under two minutes; fails if a hot path has become slower'
	@echo 'make wheels         build the pure wheel and the compiled wheel of this Python into dist/; needs a C compiler'
	@echo 'make test-compiled  test the compiled modules, in the compiled wheel and as pure Python'
	@echo 'make clean          remove the environment and everything that was built'
	@echo
	@echo 'PYTHON=python3.12 selects the Python, and VENV=.venv-3.12 the folder of its environment.'

demo: $(VENV)/.has-demos
	$(BIN)/python -m demos.arena

demo-godot: $(VENV)/.has-demos
	$(BIN)/python -m demos.godot

# Continues if the engine cannot be downloaded: it may be installed, and the demo reports what is missing.
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
	@.ci/test-all $(PYTEST_ARGS)

# Types are checked for each system, because a call may exist only on some of them.
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

# `build` uses a separate environment for each wheel. A wheel is pure unless the variable is set; see hatch_build.py.
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

# atheris does not exist for every system and version of Python.
$(VENV)/.has-fuzz: pyproject.toml .ci/environment
	@$(INSTALL) .
	@$(INSTALL) . --group fuzz || echo 'atheris is not available for this Python, so inputs will be random.' >&2
	@touch $@

$(VENV)/.has-compile: pyproject.toml .ci/environment
	@$(INSTALL) . --group test --group compile
	@touch $@

$(VENV)/.has-bench: pyproject.toml .ci/environment
	@$(INSTALL) . --group bench --group compile
	@touch $@

# The test group is needed for the types of packages that the demos and tests import.
$(VENV)/.has-lint: pyproject.toml .ci/environment
	@$(INSTALL) . --group test --group lint
	@touch $@
