"""Say what the study comes to, before the first job; a dry run says more.

NEEDS     the plan
PROVIDES  a message, whose facts the console reads (snakemake_logger_plugin_chromolens)
"""

dry = workflow.output_settings.dryrun
about = [overview.title(study, tasks, models, folds, sum(groups.values()))]
if workflow.is_main_process and dry:
    about += overview.lines(
        config,
        settings,
        downloaded,
        sizes,
        models,
        trainings,
        methods,
        windowed,
        placed_windows,
        disk.room(f"results/{study}", index, tracked, shards, groups),
        f"results/{study}",
    )
    about += cost.lines(
        cost.Work(
            models,
            methods,
            runs,
            windowed,
            shards,
            folds,
            sizes,
            shared,
            config["folds"]["replicates"],
            cost.settled(f"results/{study}", index),
        ),
        speed_files,
        training_speed_files,
        config["attribution"]["shard_size"],
    )
if workflow.is_main_process:
    logger.info(
        "\n".join(about),
        extra={
            "plan": {
                "about": about,
                "folder": f"results/{study}",
                "cores": workflow.resource_settings.cores or 0,
            }
        },
    )
