"""Read the config once. Rules see checked tables, never raw YAML.

settings       the inputs' settings, files local
folds          one row per fold, role (test, validation, training) and group (chromosome or part)
models         one row per model
trainings      one row per model, fold and replicate
methods        one row per attribution method
shards         one row per shard and training that explains it
windowed       one row per model and method whose hypothetical contributions are kept
tracked        one row per model, method and task of which everything is explained; runs: its pairs
code           digest of all library code that a script imports: an edit reruns what it touches
"""

from chromolens import config as configuration, plan, provenance

config = configuration.complete(config, workflow.configfiles)
study = config["study"]
downloads = plan.downloads(config)
settings = plan.inputs(config, "resources/downloads", f"results/{study}/simulated")
database = plan.database(config, "resources/downloads")
tasks = plan.tasks(settings)
sizes = plan.sizes(config, settings)
folds = plan.folds(config, settings, sizes)
roles = plan.fold_roles(folds)
models = plan.models(config, tasks)
model_tasks = plan.model_tasks(models)
model_settings = models.set_index("model").to_dict("index")
trainings = plan.trainings(models, folds, config["folds"]["replicates"])
methods = plan.methods(config)
motif_method = plan.motif_method(config, methods)
windowed = plan.windowed(models, methods, motif_method)
shards = plan.shards(config, sizes, folds).merge(trainings, on="fold")
tracked = plan.tracks(models, methods)
sis_tasks = list(model_tasks.itertuples()) if config["sis"]["enabled"] else []
runs = tracked[["model", "method"]].drop_duplicates()
tiled_models = plan.tiled(models, settings, tracked)
genome = [f"results/{study}/inputs/genome.fa.gz"] if settings["kind"] == "genome" else []
code = provenance.code_digests("scripts")


wildcard_constraints:
    study=plan.one_of([study]),
    model=plan.one_of(models["model"]),
    fold=r"fold\d+",
    replicate=r"\d+",
    task=plan.one_of(tasks),
    method=plan.one_of(methods["method"]),
    shard=r"[^/]+-\d+-\d+",


onstart:
    plan.check_room(f"results/{study}", sizes, len(tracked))
