"""Read the config once: rules see checked tables (chromolens/planning), never raw YAML.

`code` digests the library code that a script imports: an edit reruns what it touches.
"""

import sys

from chromolens import config as configuration, provenance, runlog
from chromolens.planning import (
    content,
    cost,
    divide,
    editing,
    experiments,
    given,
    overview,
    plan,
    preflight,
    regions,
    results,
    rows,
    sources,
    subsets,
    times,
    varied,
)
from chromolens.planning.machine import clock, cluster, disk, interpreter, queues
from chromolens.report import browser, sections

logger.addFilter(runlog.message_alone)
logger.addFilter(runlog.one_table(dry=workflow.output_settings.dryrun))
# Snakemake puts these paths into the commands of jobs as they are
interpreter.check_checkout(workflow.basedir)
interpreter.check_prefix(workflow.modifier.path_modifier.prefix)
interpreter.own_code_first(workflow.basedir)
sys.executable = interpreter.plain(sys.executable)
config = configuration.complete(config, workflow.configfiles)
study = config["study"]
if workflow.is_main_process:
    configuration.check_files(config)
    disk.check_place(".snakemake", disk.NOTES)
    held, holder = runlog.claim(f".snakemake/{study}.run")
    print(runlog.others_run(study, holder), file=sys.stderr, end="")
downloaded = f"resources/studies/{study}"
settings = sources.inputs(config, downloaded, f"results/{study}/simulated")
database = sources.database(config, downloaded)
own = content.OwnFiles(
    [downloaded, f"results/{study}"],
    ancient,
    ".snakemake/digests.json",
)
observed = sources.observations(settings)
signals = sources.files(settings.get("signals"))
genes = sources.files(settings.get("genes"))
memes = sources.files(database.get("meme"))
tasks = plan.tasks(settings)
sizes = divide.sizes(config, settings)
circular = divide.circular(settings, sizes)
folds = divide.folds(config, settings, sizes)
groups = divide.in_folds(folds, sizes)
roles = folds.roles
models = plan.models(config, tasks)
preflight.check(config, settings, database, models, f"results/{study}")
# networks that are explained as they are
given_networks = given.networks(config, folds, downloaded, own)
if workflow.is_main_process:
    given.check(models, given_networks, settings, downloaded)
model_tasks = plan.model_tasks(models)
model_settings = models.set_index("model").to_dict("index")
trainings = plan.trainings(models, folds, config["folds"]["replicates"])
architecture_code = provenance.digests_of(models, "architecture", "architectures")
methods = plan.methods(config)
piloted = plan.piloted(methods)
stages = plan.stages(settings)
motif_method = plan.motif_method(config, methods) if "motifs" in stages else ""
motif_tasks = plan.of_stage("motifs", stages, model_tasks)
filtered = plan.of_stage("filters", stages, models)
viewed = filtered if config["views"]["enabled"] else filtered[:0]
windowed = plan.windows_to_explain(models, methods, motif_method)
windowed = plan.of_stage("windows", stages, windowed)
code = provenance.code_digests("scripts")
shared = plan.attribution_settings(config, settings)
placings = regions.placings(settings, shared, methods, downloaded, circular)
placed_windows = regions.windows(
    placings,
    sizes,
    folds,
    own,
    f".snakemake/regions/{study}",
    code["prepare_regions"],
)
shards = divide.shards(config, methods, sizes, folds, placed_windows, shared, circular)
all_folds = config["attribution"]["all_folds"]
shard_models = divide.asked(shards, trainings, all_folds)
regional = methods[methods["method"].isin(list(placings))]
region_files = {name: own.inputs(one["files"]) for name, one in placings.items()}
region_digests = {name: own.digests(one["files"]) for name, one in placings.items()}
tracked = plan.tracks(models, methods)
joined = plan.tracks_to_join(
    methods, config["folds"]["replicates"], sizes, all_folds=all_folds
)
joined_shards = joined.merge(shards, on="method")
drawn = plan.of_stage("markers", stages, plan.null_draws(models, methods))
marked = plan.of_stage("markers", stages, tracked)
runs = tracked[["model", "method"]].drop_duplicates()
asked = cost.asked(runs, windowed, cost.alike(models))
known_motifs = plan.known_motifs(config, downloaded)
sought_known = runs if known_motifs["meme"] else runs[:0]
tiled_models = plan.models_with_tiles(models, settings, tracked, methods)
thinned = plan.models_to_thin(config, settings, models)
compared = plan.models_to_compare(windowed)
with_subsets = subsets.subset_tasks(config, stages, model_tasks)
sis_tasks = list(with_subsets.itertuples())
other_tasks = subsets.other_tasks(config, stages, models, model_tasks)
set_tasks = subsets.sets_sought(config, "markers", stages, model_tasks)
set_models = subsets.sets_sought(config, "tokens", stages, models[models["explained"]])
placed = plan.placed_texts(settings, tracked)
edited = editing.jobs(config, settings, models, stages)
variant_settings = varied.settings(config, downloaded, stages)
variant_models = varied.models(variant_settings, models)
variant_sets = varied.sets(variant_settings)
phased_models = varied.phased(variant_settings, models)
saturated = varied.saturated(variant_settings, models, folds)
saturated_tasks = varied.saturated_tasks(saturated, models)
paired = subsets.pairs(config, stages, model_tasks)
shared_methods = subsets.methods_of_both(paired, windowed)
swept = sis_tasks if config["sis"]["sweep_windows"] else []
source = sources.prepared(settings, f"results/{study}/inputs")
genome = source if settings["kind"] == "genome" else []
# a genome's content is that of chromosomes.tsv, base by base (md5), whatever its own time
chromosomes = collect(
    "results/{study}/inputs/chromosomes.tsv", study=study if genome else []
)
source_by_content = ancient(source) if genome else source
# a trait is what covariates leave of it: who reads genotypes reads both
covariates = collect(
    "results/{study}/inputs/covariates.tsv.gz",
    study=study if "markers" in stages else [],
)
spiked = collect(
    "results/{study}/inputs/spiked.tsv",
    study=study if settings.get("spiked") else [],
)
content_of_source = chromosomes or [*source, *covariates]
searched = tracked if genome else tracked[:0]
browsed = results.ONE if len(searched) else []
checked_hits = searched[searched["task"].isin(list(settings.get("peaks", {})))]
tried = experiments.tried(config, settings, stages, model_tasks)
ablated = experiments.ablated(tried, windowed, searched)
substituted = ablated[ablated["method"] == motif_method]


wildcard_constraints:
    study=plan.one_of([study]),
    model=plan.one_of(models["model"]),
    other=plan.one_of(models["model"]),
    fold=r"fold\d+",
    replicate=r"\d+",
    task=plan.one_of([*tasks, *model_tasks["task"]]),
    method=plan.one_of(methods["method"]),
    null=plan.one_of(drawn["null"]),
    shard=r"[^/]+-\d+-\d+",


onerror:
    print(runlog.ended_by_signal(log), file=sys.stderr, end="")


onstart:
    cluster.check_scheduler(
        workflow.executor_plugin.name, workflow.executor_settings
    )
    queues.check_earlier(f"results/{study}")
    queues.check_queues(workflow.rules, workflow.execution_settings.retries + 1)
    disk.check_places(f"results/{study}", index)
    disk.check_place(f"logs/{study}")
    clock.bring_back(["resources/downloads", f"results/{study}"])
    disk.check_room(f"results/{study}", index, tracked, shards, groups)
