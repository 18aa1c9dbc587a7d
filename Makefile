# One command per thing a person wants; `make` alone lists them.
PYTHON ?= python3
VENV   ?= .venv
CORES  ?= all
BIN     = $(VENV)/bin
RUN     = $(BIN)/python -m chromolens run --cores $(CORES) $(if $(VERBOSE),--verbose)
DEMO    = config/config.yaml
STUDY  ?= $(DEMO)
MIRROR ?= $(CHROMOLENS_MIRROR)
DATA   ?= $(MIRROR)/..
SEEDS  ?= 1 2 3
EIGEN  ?= attribution models sis tracks checks
PYTEST  = $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
TESTS   = $(PYTEST) $(addprefix --ignore tests/,cluster envs faults release schedulers)
ONE_THREAD = PYTHONPATH=. OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help env demo plan demo-seeds test test-all test-chrombpnet test-hostile test-eigen compare-kernels bench bench-noise bench-tracks bench-sis bench-clustering bench-tal1-gata1 bench-mnist bench-nulls bench-silent oracles oracles-torch lint docs docs-site notebooks gallery studies numbers study-yeast study-nulls study-ctcf study-ctcf-models study-mare study-tss study-tal1-gata1 study-tal1-gata1-retrained study-tokens study-genotype study-mouse study-simulated-cross study-spacing study-deepg sdist test-cluster test-envs test-faults test-release test-schedulers

help:  ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

env: $(VENV)/.ready  ## the environment, exact versions from requirements.lock, and the command .venv/bin/chromolens

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: env  ## the default study: simulated genome, offline, minutes (VERBOSE=1: all that the jobs say)
	$(RUN) $(DEMO)

plan: env  ## how long a study will take on this device, which is measured (STUDY=CONFIG)
	$(BIN)/python -m chromolens check $(STUDY) --measure

demo-seeds: env  ## the default study over three seeds (SEEDS="1 2 3")
	for seed in $(SEEDS); do $(RUN) $(DEMO) --config study=demo-$$seed seed=$$seed || exit 1; done

test: env  ## the tests but the slow ones (four to twelve minutes on two cores)
	@echo "the tests but the slow ones, which test-all runs too: four to twelve minutes on two cores"
	$(TESTS) -m "not slow"

test-all: env  ## the slow ones too, as CI does; not those of the other test-... below (about twenty minutes)
	@echo "all tests but test-{cluster,envs,faults,release,schedulers}: about twenty minutes on two cores"
	$(TESTS)

test-faults: env  ## 50 kills (FAULTS), full disks, folders that can't be written, late files, clocks that jump (root; 9 to 42 minutes)
	$(BIN)/python -m pytest -s tests/faults

test-hostile: env  ## 10,000 damaged files, and hostile models (about four minutes)
	HOSTILE_INPUTS=10000 $(BIN)/python -m pytest tests/hostile

test-eigen: env  ## the tests of numbers (folders EIGEN), with TensorFlow's other kernels
	TF_ENABLE_ONEDNN_OPTS=0 $(PYTEST) $(addprefix tests/,$(EIGEN)) \
		$(addprefix --ignore tests/,models/test_train.py models/test_train_profiles.py models/test_keras2.py models/test_adopt.py attribution/test_draws.py $(SKIP))

bench: env  ## speed, costs and agreement of attribution (PEERS: python with the other packages)
	$(ONE_THREAD) $(BIN)/python benchmarks/attribution/speed.py $(addprefix --peers ,$(PEERS))
	$(ONE_THREAD) $(BIN)/python benchmarks/attribution/costs.py
	$(if $(PEERS),$(ONE_THREAD) $(BIN)/python benchmarks/attribution/agreement.py --peers $(PEERS))

bench-noise: env  ## how far rounding moves the contributions of every method, on many networks
	$(ONE_THREAD) $(BIN)/python benchmarks/attribution/noise.py

compare-kernels: env  ## the default study from the same models with either kernels, compared
	$(RUN) $(DEMO)
	rm -rf results/demo-eigen && mkdir -p results/demo-eigen
	cp -a results/demo/inputs results/demo/simulated results/demo-eigen
	cd results/demo && cp -a --parents models/*/*.keras models/*/*.json models/*/*.history.tsv ../demo-eigen
	TF_ENABLE_ONEDNN_OPTS=0 $(RUN) $(DEMO) --config study=demo-eigen --rerun-triggers mtime
	$(BIN)/python -m chromolens compare results/demo results/demo-eigen

bench-tracks: env  ## CPU time and memory of writing a track, beside pyBigWig and pybigtools (BASES)
	$(ONE_THREAD) $(BIN)/python -m benchmarks.tracks $(addprefix --bases ,$(BASES))

bench-sis: env  ## CPU time of sufficient input subsets beside the published loop, and agreement
	$(ONE_THREAD) $(BIN)/python benchmarks/sis/speed.py

lint: env  ## formatting, lint and types, as CI does
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m mypy
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/python -m snakemake --lint

docs: env  ## config/README.md from the schemas, the tables of docs/formats.md from chromolens/tables
	$(BIN)/python -m chromolens.config_docs
	$(BIN)/python -m chromolens.tables.docs

docs-site: env  ## the documentation as build/site/index.html; a warning is an error
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --conf-dir docs . build/site

notebooks: env  ## docs/notebooks executed, as pages of the site (after make demo; STUDY: another study's folder)
	NOTEBOOKS=force $(MAKE) --no-print-directory docs-site
	@echo "open build/site/docs/notebooks/study.html and own_model.html"

gallery: env  ## the pictures of docs/gallery.md drawn anew (after make demo)
	PYTHONPATH=. $(BIN)/python docs/gallery.py

studies: env  ## all studies that need no internet, and one page about them (DATA: folder with mirror, motifs, ...)
	$(BIN)/python -m benchmarks.studies --data $(DATA) --cores $(CORES) $(if $(STUDIES),--only $(STUDIES))

numbers: env  ## the measured numbers of README.md and docs, from what make studies gave
	$(BIN)/python -m benchmarks.measured results/studies/studies.tsv

study-yeast: env  ## six factors over the whole yeast genome (about an hour)
	CHROMOLENS_MIRROR=$(MIRROR) $(RUN) config/studies/yeast_chipexo.yaml

study-nulls: env  ## Reb1 beside three nulls of equal size
	CHROMOLENS_MIRROR=$(MIRROR) $(RUN) config/studies/yeast_nulls.yaml

study-ctcf: env  ## CTCF in 101 bp sequences, without a genome
	CHROMOLENS_MIRROR=$(MIRROR) $(RUN) config/studies/ctcf_101bp.yaml

study-ctcf-models: env  ## a convolutional and a dense network on CTCF, compared by their subsets
	CHROMOLENS_MIRROR=$(MIRROR) $(RUN) config/studies/ctcf_cnn_mlp.yaml

study-mare: env  ## subsets of a planted half-site on either strand, clustered in both modes (offline, minutes)
	$(RUN) config/studies/sis_mare_sim.yaml

study-tss: env  ## base-resolution TSS profiles (DATA: folder with yeast_signal/*.bw)
	mkdir -p data && ln -sf $(abspath $(DATA))/yeast_signal/stripeseq_WT_*.bw data/
	CHROMOLENS_MIRROR=$(MIRROR) $(RUN) config/studies/yeast_tss.yaml

study-genotype: env  ## a CNN-LSTM on a yeast cross, beside controls and nulls (DATA: its folder; many hours)
	mkdir -p data && ln -sfn $(abspath $(DATA))/genotype_yeast_byxrm data/genotype_yeast_byxrm
	$(RUN) config/studies/cnn_lstm_genotype.yaml

study-mouse: env  ## heterogeneous stock mice, families kept together (DATA: its folder; hours)
	mkdir -p data && ln -sfn $(abspath $(DATA))/genotype_mouse_hs data/genotype_mouse_hs
	$(RUN) config/studies/mouse_stock.yaml

study-simulated-cross: env  ## a simulated cross: which causal markers are found again (offline)
	$(RUN) config/studies/genotype_simulated.yaml

study-spacing: env  ## a pair of motifs that needs its distance: does the network learn it? (offline, minutes)
	$(RUN) config/studies/spacing_simulated.yaml

study-deepg: env  ## deepG's GC vignette: heat map, and editing by its rule and by ours (minutes)
	$(RUN) config/studies/deepg_gc.yaml

study-tal1-gata1: env  ## the DeepLIFT paper's table, from its own network (DATA: folder with motifs)
	mkdir -p data && ln -sf $(abspath $(DATA))/motifs/encode_gata1_tal1.meme data/
	CHROMOLENS_MIRROR=$(MIRROR) $(RUN) config/studies/deeplift_tal1_gata1.yaml

study-tal1-gata1-retrained: env  ## the same network trained on our own simulation (DATA: folder with motifs)
	mkdir -p data && ln -sf $(abspath $(DATA))/motifs/encode_gata1_tal1.meme data/
	$(RUN) config/studies/tal1_gata1_retrained.yaml

study-tokens: env  ## peaks of three yeast factors as 6-mers: which tokens decide
	CHROMOLENS_MIRROR=$(MIRROR) $(RUN) config/studies/tokens_kmers.yaml

test-cluster: env  ## the default study, cut small, on a one-machine SLURM, and what may befall it there (root; half an hour)
	$(BIN)/python -m pytest -s tests/cluster

test-envs: env  ## the conda environments, solved over a local channel, the small study run in them (make oracles first)
	$(BIN)/python -m pytest tests/envs

test-schedulers: env  ## jobs through the profiles of SGE, PBS, LSF, HTCondor, Kubernetes, pretended (make oracles first)
	$(BIN)/python -m pytest tests/schedulers

sdist: env  ## the source distribution, a whole checkout, below dist/
	$(BIN)/python -c "from setuptools.build_meta import build_sdist; print(build_sdist('dist'))"

test-release: env  ## the source distribution unpacked into an empty folder, the small study run from there
	$(BIN)/python -m pytest tests/release

test-chrombpnet: env  ## DeepSHAP of chrombpnet's networks at their published size (make oracles-torch first; four minutes, 7 GB)
	PUBLISHED=1 $(BIN)/python -m pytest -s tests/attribution/test_chrombpnet_deepshap.py

oracles: env  ## packages that tests compare with, into a folder of their own
	$(BIN)/python -m pip install --quiet --no-deps --upgrade --target .oracles \
	--requirement tests/requirements-oracles.txt

oracles-torch: env  ## torch and tangermeme, which DeepSHAP of chrombpnet's networks is compared with
	$(BIN)/python -m pip install --quiet --upgrade --target .oracles-torch \
	--requirement tests/requirements-oracles-torch.txt

bench-clustering: env  ## CPU time and quality of both clusterings of subsets
	$(ONE_THREAD) $(BIN)/python benchmarks/sis/clustering.py

bench-tal1-gata1: env  ## motifs that methods miss, in the DeepLIFT paper's own network
	CHROMOLENS_MIRROR=$(MIRROR) $(BIN)/python -m benchmarks.tal1_gata1

bench-mnist: env  ## digits made to look like others: the methods' order in the DeepLIFT paper (DATA: folder with mnist_10k)
	$(ONE_THREAD) $(BIN)/python -m benchmarks.mnist.flips $(addprefix --data ,$(wildcard $(DATA)/mnist_10k))

bench-nulls: env  ## how often nulls name a motif (DATA: folder with yeast_genome, yeast_chipexo)
	$(ONE_THREAD) $(BIN)/python -m benchmarks.nulls.rates --data $(DATA)

bench-silent: env  ## variants under networks of permuted labels, 20 seeds (half an hour)
	$(BIN)/python -m benchmarks.silent results/silent
