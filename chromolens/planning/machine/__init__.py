"""What a run finds where it starts: clock, interpreter, disk, schedulers; asked before any job."""
