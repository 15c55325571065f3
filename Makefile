# What a person types. Each target installs what it lacks: Debian packages as root, everything else into .venv.

PYTHON ?= python3
BIN := .venv/bin
SITE := _build/html
COURSE := _build/course
# Where the site will be published, and the repository whose branch `notebooks` Colab and Binder open: nothing links to
# what is not given, as in make BOOK_URL=https://example.org/ REPOSITORY_URL=https://github.com/OWNER/NAME site
export BOOK_URL REPOSITORY_URL
# Where it is set, each of the tests' thousand processes compiles anew what it imports of the course.
unexport PYTHONDONTWRITEBYTECODE
MODEL := runs/course/model.safetensors
DEPLOYED := data/model/garments.safetensors

WITHOUT_CUDA := $(if $(CPU),--requirement .ci/without-cuda.txt)
# Compiled is what is imported, and then: pip would compile all of it, on one processor.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --no-compile $(WITHOUT_CUDA) $(if $(PINNED),--constraint .ci/constraints.txt)
EVERYTHING := --editable '.[all]' --group dev

# What no page is made of, or what a build itself writes. Counted from here: the course may lie in a folder of such a name.
UNWATCHED := ^$(CURDIR)/(\.[a-z_]+|_build|build|runs|tests|sample_class|book/node_modules|[^/]+\.egg-info)/
UNWATCHED := $(UNWATCHED)|^$(CURDIR)/conf\.py$$|/__pycache__/

# In `make course` each step is a line with its time, and what it prints lies in a log; alone, a target shows it all.
step = $(if $(BY_STEPS),@.ci/step '$(1)') #

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
PORT := 8000
.PHONY: help course packages test test-deep ready durations lint constraints grader book watch release sample-course site pdf \
    term mutants bench bench-grading results photos things model recording bench-training attacks claims clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

course: BY_STEPS := yes
course: packages site sample-course $(MODEL) ## everything: the book, a release, a graded sample class, a trained model (CPU=1: PyTorch without CUDA)
	@echo
	@echo 'book          $(SITE)/index.html, for a browser; as a PDF in downloads/ beside it'
	@echo 'for students  $(COURSE)/release/course.zip; its README.md says how to begin'
	@echo 'sample class  $(COURSE)/submitted/, where yours may join it; feedback/ beside it has a page for each student'
	@echo 'marks         $(COURSE)/gradebook.db; $(COURSE)/README.md says how to open the formgrader'
	@echo 'model         $(MODEL); its test accuracy is in results.json beside it'
	@echo 'first         source .venv/bin/activate, in each new terminal: it makes autograder and this python known'
	@echo 'measured      python -m solutions card $(MODEL): accuracy, each class, calibration'
	@echo 'try it        python -m solutions predict PHOTO, with a photograph of a garment'
	@! grep -qs '"is_sample": true' $(dir $(MODEL))results.json || printf '%s\n' '' \
	    'A better model, of the full set. On Debian: sudo apt-get install dataset-fashion-mnist && rm -r $(dir $(MODEL)) && make course' \
	    'Anywhere, where it may be fetched:         rm -r $(dir $(MODEL)) && make course DOWNLOAD=1'

# At once, as each call asks Debian anew what there is.
packages:
	@.ci/require bubblewrap:bwrap chromium:chromium nodejs:node npm:npm --where-it-may dataset-fashion-mnist:/usr/share/datasets/fashion-mnist

test: ready ## what CI runs: a fixed set, the same with each commit (CPU=1; PINNED=1: versions of .ci/constraints.txt)
	@.ci/beside '$(CHECKS)' $(BIN)/pytest $(IN_PARALLEL)

test-deep: ready ## before publishing, and each night: all that the tests can prove
	@.ci/require firefox-esr:firefox-esr g++:c++ \
	    fonts-noto-color-emoji:/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf
	@.ci/beside '$(CHECKS)' $(BIN)/pytest $(IN_PARALLEL) --deep

durations: ready ## time each test file anew, as the longest begin first; committed (DEEP=1 for a deep run)
	$(BIN)/pytest $(IN_PARALLEL) --store-durations $(if $(DEEP),--deep)

# Who has the grader alone has a list of its own; who runs the course has neither `book` nor `bench`.
IMPORTS := $(BIN)/lint-imports --no-cache && $(BIN)/deptry . --ignore DEP004 && \
    $(BIN)/deptry autograder --config autograder/pyproject.toml --extend-exclude autograder/instructor && \
    $(BIN)/deptry autograder sample_class solutions --extend-exclude solutions/claims \
        --ignore DEP002 --optional-dependencies-dev-groups book,bench

# A file's tests share what they make, so one worker runs them all; the longest files come first. Often one waits, for a
# browser, a clock, or what another makes: three keep two processors at work.
IN_PARALLEL := -n 3 --dist loadfile --no-loadscope-reorder
CHECKS := $(BIN)/ruff check . && $(BIN)/ruff format --check . && $(IMPORTS) && $(BIN)/mypy

ready: .venv/maintained book/node_modules/installed
	@.ci/require bubblewrap:bwrap chromium:chromium nodejs:node procps:ps util-linux:setpriv \
	    linux-libc-dev:/usr/include/asm-generic/unistd.h dataset-fashion-mnist:/usr/share/datasets/fashion-mnist

lint: .venv/maintained ## style and types, and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/mypy

constraints: .venv/installed ## write .ci/constraints.txt anew, what CI installs: the newest versions that fit together, for the oldest Python
	$(BIN)/python .ci/constraints.py $(WITHOUT_CUDA) $(EVERYTHING)

grader: ## the grader by itself, for another course, in _build/grader; nothing of this course is installed
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/require python3-venv:ensurepip
	@$(PYTHON) -m venv _build/grader/venv
	_build/grader/venv/bin/python -m pip wheel --quiet --no-deps --wheel-dir _build/grader ./autograder
	@ls _build/grader/*.whl

book: .venv/installed book/node_modules/installed ## the book, in _build/html
	$(call step,the book)$(BIN)/jupyter-book build --warningiserror --nitpick --keep-going .

watch: .venv/maintained book/node_modules/installed ## the book at http://localhost:8000, a page built anew when you save it (PORT=8001 for another)
	@$(BIN)/jupyter-book config sphinx . > /dev/null
	$(BIN)/sphinx-autobuild --port $(PORT) --re-ignore '$(UNWATCHED)' . _build/watch

site: book release pdf ## what is published: pages and downloads in _build/html, and _build/notebooks for Colab and Binder (BOOK_URL=…, REPOSITORY_URL=…)
	$(call step,its downloads)$(BIN)/python -m book.publish $(COURSE)/release $(SITE) _build/notebooks

pdf: book ## the whole book as one file, _build/html/downloads/book.pdf
	@.ci/require chromium:chromium
	$(call step,the book as a PDF)$(BIN)/python -m book.pdf $(SITE) $(SITE)/downloads/book.pdf

release: .venv/installed ## an instructor's folder with the notebooks for students and one zip of them
	$(call step,a course folder)$(BIN)/autograder init $(COURSE)
	$(call step,a release for students)sh -c 'cd $(COURSE) && $(CURDIR)/$(BIN)/autograder release --force'

sample-course: release ## in that folder ten submissions, marks, feedback
	@.ci/require bubblewrap:bwrap
	$(call step,submissions of a sample class)$(BIN)/python -m sample_class $(COURSE)
	$(call step,their marks)sh -c 'cd $(COURSE) && $(CURDIR)/$(BIN)/autograder grade'
	$(call step,their feedback)sh -c 'cd $(COURSE) && $(CURDIR)/$(BIN)/autograder feedback'

$(MODEL): .venv/installed $(wildcard solutions/*.py solutions/accelerate/*.py solutions/data/*.py solutions/runs/*.py)
	$(if $(DOWNLOAD),$(call step,the full set)$(BIN)/python -m solutions data --download)
	$(call step,a trained model)$(BIN)/python -m solutions train --name course

model: .venv/installed ## train the model of the book's demo anew, on the full set; it is committed
	$(BIN)/python -m solutions train --recipe photo --name photo
	cp runs/photo/model.safetensors $(DEPLOYED)

recording: .venv/maintained ## train once on the full set and record each epoch, for the book; it is committed
	@.ci/require dataset-fashion-mnist:/usr/share/datasets/fashion-mnist
	$(BIN)/python -m bench.record_run

.venv/installed: pyproject.toml
	@.ci/require $(PYTHON):$(PYTHON)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/require python3-venv:ensurepip
	$(call step,an environment in .venv)sh -c '$(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet --upgrade pip'
	$(call step,Python packages into .venv)$(PIP_INSTALL) --editable '.[instructor,book,train,deploy]'
	@touch $@

.venv/maintained: .venv/installed
	$(call step,what tests need into .venv)$(PIP_INSTALL) $(EVERYTHING)
	@touch $@

book/node_modules/installed: book/package.json book/package-lock.json
	@.ci/require nodejs:node npm:npm
	$(call step,packages of npm into book)npm ci --prefix book --silent --no-fund --no-audit
	@touch $@

term: .venv/installed ## play a term with 300 students in two sections, from an empty folder to exported marks, by the commands of the guide
	@.ci/require bubblewrap:bwrap
	rm -rf _build/term
	$(BIN)/python -m sample_class.term _build/term

mutants: .venv/maintained ## small changes of the solutions that no check sees, and at how many seeds a wrong answer is missed (ROOM=training for one, SEEDS=10000)
	$(BIN)/pytest --deep tests/mutants $(if $(ROOM),-k $(ROOM))
	$(BIN)/pytest --deep tests/wrong -k "at_each_seed$(if $(ROOM), and $(ROOM))"

photos: .venv/maintained ## accuracy on photographs that people took, of each kind; those that are wrong in _build/photos (WRITE=1 shows it in the book)
	@$(BIN)/python -m bench.photos --model $(DEPLOYED) $(if $(WRITE),--write)

things: .venv/maintained ## how often a network names things that are no garments, trained with made shapes and without (WRITE=1 shows it in the book)
	@.ci/require fonts-noto-color-emoji:/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf dataset-fashion-mnist:/usr/share/datasets/fashion-mnist
	@$(BIN)/python -m bench.things $(if $(WRITE),--write)

bench: bench-grading bench-training ## both of the next two

bench-grading: .venv/maintained ## how long classes of 20 to 1,000 take to grade, and one of 60 by stock nbgrader: an hour, on a quiet machine (WRITE=1 shows it in the book)
	@.ci/require bubblewrap:bwrap
	$(BIN)/python -m bench.grading --class 60 --stock
	$(BIN)/python -m bench.grading $(if $(WRITE),--write)

bench-training: .venv/maintained ## an epoch in eleven ways, from the original notebook to ours: a quarter of an hour, on a quiet machine (WRITE=1 shows it in the book)
	-$(BIN)/python -m pip install --quiet --editable '.[bench]'
	$(BIN)/python -m bench.training $(if $(WRITE),--write)

attacks: .venv/maintained ## try each attack of tests/attacks behind each wall, and write how it ended for the book: ten minutes, as root
	@.ci/require bubblewrap:bwrap procps:ps util-linux:setpriv
	$(BIN)/python -m tests.attacks

claims: .venv/maintained ## measure the book's sentences about training anew where their code changed, and fail where one does not hold
	$(BIN)/python -m solutions.claims

results: .venv/maintained ## train each recipe five times, and write the book's figures: half an hour
	@.ci/require dataset-fashion-mnist:/usr/share/datasets/fashion-mnist
	$(BIN)/python -m bench.accuracies

clean: ## remove what was built, but not the environment
	rm -rf _build runs
