# Every target first makes its own environment in .venv, from requirements.lock, and makes it again when that file,
# pyproject.toml or the place of this folder has changed, or when an installation was interrupted.
PY := .venv/bin/python
READY := .venv/.ready
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE VIRTUAL_ENV
export PATH := $(subst $(CURDIR)/.venv/bin:,,$(PATH))

# The stamp is written last and says where it was made: a copied or half-made environment has no valid one.
$(shell [ "$$(cat $(READY) 2>/dev/null)" = "$(CURDIR)" ] && [ -x $(PY) ] || rm -f $(READY))

.PHONY: help demo test bench lock clean
help:
	@echo "make demo    the main job on the CDNOW log: fit, simulate five arms, compare, report"
	@echo "make test    ruff, mypy --strict and all tests"
	@echo "make bench   speed, memory and the gain from the same luck"
	@echo "make lock    renew requirements.lock"
	@echo "make clean   remove the environment and all caches (runs/ stays)"
	@echo "PYTHON=/path/to/python3.12 in front of any of them chooses the interpreter."

demo: $(READY)
	@.venv/bin/cxlab run

test: $(READY)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -q -n 2 --dist loadfile -m "not slow"
	$(PY) -m pytest -q -n 2 -m slow

bench: $(READY)
	@$(PY) -m benchmarks

lock:
	@[ -x .venv/bin/uv ] || $(MAKE) $(READY)
	@.venv/bin/uv pip compile -q --upgrade --universal --python-version 3.12 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@sh -uc "$$make_environment"
	@echo "$(CURDIR)" > $@

# uv when it is there or can be had, else plain pip. Interpreters are run, not looked up: a pyenv shim answers
# `command -v` and then fails.
define make_environment
if uv --version >/dev/null 2>&1; then uv=uv; modules=""; else uv=""; modules="venv ensurepip"; fi
fits='import sys, importlib.util
lacking = [name for name in sys.argv[1:] if not importlib.util.find_spec(name)]
print(sys.version.split()[0], *["without " + name for name in lacking])
sys.exit(sys.version_info < (3, 12) or bool(lacking))'

if [ -n "$${PYTHON:-}" ]; then
    set -- "$$PYTHON"
else
    set -- python3.12 python3.13 python3.14 python3 python
    pinned=python$$(cut -d. -f1,2 .python-version 2>/dev/null)
    case $$pinned in python | python3.12) ;; *) set -- "$$pinned" "$$@" ;; esac
fi
python=""; tried=""
for candidate; do
    said=$$("$$candidate" -c "$$fits" $$modules 2>/dev/null) && { python=$$candidate; break; }
    tried="$$tried    $$candidate: $${said:-does not run}\n"
done
if [ -z "$$python" ]; then
    printf "cxlab needs Python 3.12 or newer, with its modules venv and ensurepip. Tried:\n%b" "$$tried" >&2
    printf "Install one (on Debian: python3 and python3-venv), or name one: PYTHON=/path/to/python3.12 make ...\n" >&2
    exit 2
fi

echo "Making .venv with $$("$$python" --version) ..."
fresh() { rm -rf .venv && "$$python" -m venv .venv; }
pip() { .venv/bin/python -m pip install -qq --disable-pip-version-check --no-compile "$$@"; }
lines_of_uv() { sed -n '/^uv==/,/[^\\]$$/p' requirements.lock; }
with_uv() {
    "$$1" pip install -q --python $(PY) --require-hashes -r requirements.lock \
        && "$$1" pip install -q --python $(PY) --no-deps --no-build-isolation -e .
}
with_pip() { pip --require-hashes -r requirements.lock && pip --no-deps --no-build-isolation -e .; }

{ [ -n "$$uv" ] && rm -rf .venv && uv venv -q --python "$$python" .venv && with_uv uv; } \
    || { fresh && lines_of_uv > .venv/uv.txt && pip --require-hashes -r .venv/uv.txt && with_uv .venv/bin/uv; } \
    || { echo "uv could not do it; plain pip takes a minute longer."; fresh && with_pip; } \
    || { echo "The packages of requirements.lock could not be installed: what stands above says why." >&2; exit 2; }
.venv/bin/uv pip check -q --python $(PY) \
    || { echo "requirements.lock does not hold what pyproject.toml asks for. Say: make lock" >&2; exit 2; }
endef
export make_environment
