# Three commands: `make setup`, `make demo` and `make test`. All set up what they need in .venv.
# On a GPU machine, choose the torch build:  make demo TORCH="torch==2.13.0 --index-url <the index of your CUDA version>"
PYTHON ?= python3
TORCH ?= torch==2.13.0
VENV ?= .venv
# LOCKED=1: just the versions in locks/, each file checked against its hash. torch is apart: give its version in TORCH.
LOCKED ?=
BIN := $(VENV)/bin
ALL_CORES := OMP_NUM_THREADS=$$(nproc) MKL_NUM_THREADS=$$(nproc)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
locked = $(if $(LOCKED),$(PIP) install --no-deps --require-hashes --requirement locks/$(1).txt)

.PHONY: setup demo test docs translated bench ablation bench-ray bench-streaming test-slow test-kill-train bench-train-memory presets bench-augment bench-prepare bench-decode bench-score bench-report bench-train check-report quality fuzz-augment lint types imports codecs fuzz-audio bench-read test-kill test-faults lock clean help

help:
	@echo "make setup      set up in .venv what running on your own recordings wants"
	@echo "make demo       set up, run the whole loop on the embedded demo, say where the report is"
	@echo "make test       set up, then lint, types, import contracts and tests"
	@echo "make test-slow  kill and resume, on the embedded model; 200 leaks planted in real speech"
	@echo "make test-kill-train  kill a training fifty times, go on with it: the same weights"
	@echo "make test-kill  kill whole runs more than a hundred times, in every stage, go on with them: the same results"
	@echo "make test-faults  over a thousand faults: full disks, no memory, rotten files, in every stage"
	@echo "make lock       write locks/*.txt anew (needs uv); make demo LOCKED=1 installs by them"
	@echo "make bench-train-memory  memory of training on ten hours, beside ten minutes"
	@echo "make docs       the site of docs/ in Korean and English, in build/site"
	@echo "make translated both languages of the docs say the same again: renew the stamps"
	@echo "make presets    make the page of presets anew: text, pictures, sound (SPEECH=my.wav: of your recording)"
	@echo "make bench      speed beside peers, every part, one table, kept in docs/benchmarks.md (KOWHISPER_SHARED: real speech)"
	@echo "make bench-augment  speed of augment, beside phonesim and for each codec"
	@echo "make bench-prepare  speed and memory of prepare without opening audio, beside datasets (LINES=1000000)"
	@echo "make bench-ray      simulate on Ray beside processes, on the same clips, with the same bytes (CLIPS=200)"
	@echo "make bench-streaming  peaks of memory of preparing and of beginning a training on a large corpus (LINES=1000000)"
	@echo "make bench-decode   speed and CER of decoding by fit windows, by 30 s windows and by faster-whisper (MODELS=folder; needs KOWHISPER_SHARED)"
	@echo "make ablation       what each choice of a training is worth, in hours (CONFIG=my.yaml FOLDER=runs/ablation)"
	@echo "make bench-score    pairs/s of scoring, beside jiwer"
	@echo "make bench-report   seconds and megabytes of a report at 1,000 and 10,000 rows, beside a page of plotly"
	@echo "make bench-train    utterances/s and memory of training, beside transformers' own recipe (TALKS=folder STEPS=4)"
	@echo "make check-report   a report in a browser: opening, requests, errors, axe-core (needs chromium and npm; PAGE=my.html)"
	@echo "make quality        PESQ of every codec and under loss, into docs/ (needs KOWHISPER_SHARED)"
	@echo "make fuzz-augment   ten thousand random clips, codecs and losses: nothing may break"
	@echo "make fuzz-audio     a hundred thousand mutated audio files: none may crash, hang or go without a code (COUNT=3000)"
	@echo "make bench-read     reading WAV and FLAC behind limits, beside plain soundfile"
	@echo "make codecs     install Debian's codec libraries where that is allowed"

setup: $(VENV)/.ready-demo codecs
	$(BIN)/kowhisper-tel doctor

demo: $(VENV)/.ready-demo codecs
	$(BIN)/python -m kowhisper_tel.run

test: $(VENV)/.ready-dev codecs lint types imports
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

docs: $(VENV)/.ready-dev
	for language in ko en; do NO_MKDOCS_2_WARNING=1 DOCS_LANGUAGE=$$language $(BIN)/python -m mkdocs build --strict --quiet --site-dir build/site/$$language || exit 1; done
	@echo "build/site/ko/index.html build/site/en/index.html"

translated: $(VENV)/.ready-dev
	$(BIN)/python docs/translations.py --renew

presets: $(VENV)/.ready-dev codecs
	$(BIN)/python docs/make_presets.py $(SPEECH)

test-slow: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -m slow

test-kill-train: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -m "slow or not slow" tests/train/test_kill_train.py

test-kill: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -m "slow or not slow" tests/faults/test_kill_run.py tests/train/test_kill_train.py

test-faults: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -m "slow or not slow" tests/faults/test_rot.py tests/faults/test_exhausted.py tests/faults/test_training.py

lock:
	@sh scripts/lock.sh

bench-train-memory: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks.train_memory

bench: $(VENV)/.ready-bench codecs
	$(BIN)/python -m benchmarks docs/benchmarks.md

bench-augment: $(VENV)/.ready-bench codecs
	$(BIN)/python -m benchmarks.augment_speed

bench-prepare: $(VENV)/.ready-bench
	$(BIN)/python -m benchmarks.prepare_speed $(LINES)

bench-ray: $(VENV)/.ready-dev codecs
	$(BIN)/python -m benchmarks.ray_speed $(CLIPS)

bench-streaming: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks.streaming $(LINES)

bench-decode: $(VENV)/.ready-bench
	$(ALL_CORES) $(BIN)/python -m benchmarks.decode_speed $(MODELS)

ablation: $(VENV)/.ready-dev codecs
	$(ALL_CORES) $(BIN)/python -m benchmarks.ablation $(or $(CONFIG),configs/korean_talks.yaml) $(or $(FOLDER),runs/ablation)

bench-score: $(VENV)/.ready-bench
	$(BIN)/python -m benchmarks.score_speed

bench-report: $(VENV)/.ready-bench
	$(BIN)/python -m benchmarks.report_speed

bench-train: $(VENV)/.ready-bench
	$(ALL_CORES) $(BIN)/python -m benchmarks.train_speed $(TALKS) $(if $(STEPS),--steps $(STEPS))

AXE := build/axe/node_modules/axe-core/axe.min.js
$(AXE):
	npm install --silent --no-audit --no-fund --prefix build/axe axe-core@4

check-report: $(VENV)/.ready-dev $(AXE)
	$(BIN)/python -m benchmarks.report_page $(PAGE) $(AXE)

quality: $(VENV)/.ready-bench codecs
	$(BIN)/python -m benchmarks.codec_quality

fuzz-augment: $(VENV)/.ready-dev codecs
	$(BIN)/python -m benchmarks.fuzz_augment

fuzz-audio: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks.fuzz_audio $(if $(COUNT),--cases $(COUNT))

bench-read: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks.read_speed

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev
	$(BIN)/mypy

imports: $(VENV)/.ready-dev
	$(BIN)/lint-imports

codecs:
	@sh scripts/install_codecs.sh

# torch first and apart: its build differs by machine, and a looser request would fetch another one.
$(VENV)/.torch:
	$(PYTHON) -m venv $(VENV)
	$(PIP) install $(TORCH)
	@touch $@

$(VENV)/.ready-demo: $(VENV)/.torch pyproject.toml
	$(call locked,demo)
	$(PIP) install $(if $(LOCKED),--no-deps) --editable ".[demo]"
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.torch pyproject.toml
	$(call locked,dev)
	$(PIP) install $(if $(LOCKED),--no-deps) --editable ".[demo,dev]"
	@touch $@ $(VENV)/.ready-demo

$(VENV)/.ready-bench: $(VENV)/.torch pyproject.toml
	$(PIP) install --editable ".[demo,dev,bench]"
	@touch $@ $(VENV)/.ready-dev $(VENV)/.ready-demo

clean:
	rm -rf $(VENV) runs
