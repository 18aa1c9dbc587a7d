"""Would the scheduler begin all jobs, and do shards fit into their time? Asked while planning."""

if workflow.is_main_process:
    measured = times.longest(f"results/{study}", "attribute")
    size = config["attribution"]["shard_size"]
    said = queues.check_queues(workflow.rules, seconds=measured, shard_size=size)
    print(said, file=sys.stderr, end="")
