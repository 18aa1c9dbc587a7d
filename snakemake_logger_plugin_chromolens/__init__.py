"""``snakemake --logger chromolens``: a calm console.

Snakemake finds plugins by the name of their package, so this one stands beside ``chromolens``. It
hands Snakemake's events on to ``chromolens.console``, and shows what that says: redrawn in place
on a terminal, line by line elsewhere. Everything that Snakemake says lies in ``.snakemake/log``.
"""

import logging
import os
import sys
import threading
import time
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from chromolens.console.found import ENDED, found
from chromolens.console.run import Run, closing
from chromolens.errors import BadInput
from chromolens.planning import times
from chromolens.runlog import CALM, CONSOLE, VERBOSE
from chromolens.study import open_study

_TICK = 1.0
"""Seconds between two looks at the clock."""
_SAID = (
    "Exiting because a job execution failed",
    "Shutting down, this might take",
    "RuleException:\nCalledProcessError",
    "WorkflowError:\nAt least one job did not complete",
)
"""How Snakemake says again that a job failed."""
_AGAIN = "the same command goes on where this one stopped"


class LogHandler(LogHandlerBase):
    """Snakemake's events in, the console's lines out."""

    writes_to_stream = os.environ.get(CONSOLE) != VERBOSE  # else Snakemake's own handler does
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def __post_init__(self) -> None:
        self.verbose = not self.writes_to_stream
        if not self.verbose:
            os.environ[CONSOLE] = CALM  # for the jobs: their logs are shown here where they fail
        self.dry = self.common_settings.dryrun
        self.errors = Console(file=sys.stderr, highlight=False, soft_wrap=True)
        plan = Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self.console = plan if self.dry else self.errors
        self.run: Run | None = None
        self.live: Live | None = None
        self.plan: dict = {"about": [], "folder": "", "cores": 0}
        self.whole, self.wrong = False, False
        self.ended = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Show what there is to show of one of Snakemake's events."""
        with self.lock:
            event = getattr(record, "event", None)
            if event in self._EVENTS:
                self._EVENTS[event](self, record)
            elif hasattr(record, "plan"):
                self.plan = record.plan
            elif record.levelno >= logging.WARNING or "othing to be done" in str(record.msg):
                self._message(record)

    def close(self) -> None:
        """Say how it ended; once, though logging closes its handlers again at the very end."""
        if self.ended.is_set():
            return
        self.ended.set()
        with self.lock:
            if self.live:
                self._tell()
                self.live.stop()
            last = self._last_words()
            self.verbose = False  # Snakemake has no last words of its own
            self._say(last)
        super().close()

    def _message(self, record: logging.LogRecord) -> None:
        """What Snakemake has to say beside its events; that a job failed is said by us."""
        text = record.getMessage()
        if text.startswith(_SAID):
            return
        self.wrong = self.wrong or getattr(record, "event", None) == LogEvent.ERROR
        if record.levelno < logging.WARNING:  # nothing to be done
            self.whole = True
            self._say(self.plan["about"])
        self._say([text], self.errors if record.levelno >= logging.ERROR else self.console)

    def _planned(self, record: logging.LogRecord) -> None:
        if self.run:
            return
        jobs = {rule: number for rule, number in record.stats.items() if rule != "total"}
        self.whole = "all" in jobs
        known = times.times(self.plan["folder"]) if self.plan["folder"] else {}
        self.run = Run(jobs, self.plan["cores"], known, time.monotonic())
        self._say([*self.plan["about"], f"  jobs     {self.run.extent()}"])
        if not self.dry:
            self._start()

    def _start(self) -> None:
        if self.verbose:
            return
        if self.console.is_terminal:
            self.live = Live(console=self.console, auto_refresh=False)
            self.live.start()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self.ended.wait(_TICK):
            with self.lock:
                self._tell()

    def _tell(self) -> None:
        """Draw the stages again on a terminal; elsewhere say something if it is time."""
        now = time.monotonic()
        if self.live:
            lines = [Text(line, no_wrap=True, overflow="ellipsis") for line in self.run.lines(now)]
            self.live.update(Group(*lines), refresh=True)
        else:
            self._say(self.run.due(now))

    def _begun(self, record: logging.LogRecord) -> None:
        if self.run and not self.dry:
            log = next(iter(record.log), "")
            now = time.monotonic()
            self.run.started(record.jobid, record.rule_name, record.wildcards, log, now)

    def _done(self, record: logging.LogRecord) -> None:
        if self.run:
            said = self.run.ended(record.job_id, time.monotonic())
            self._say([] if self.live else said)

    def _failed(self, record: logging.LogRecord) -> None:
        if self.run:
            log = next(iter(record.log), "")
            self._say(self.run.failed(record.jobid, log, time.monotonic()))

    def _last_words(self) -> list[str]:
        if self.dry or self.wrong or not (self.run or self.whole):
            return []
        folder = Path(self.plan["folder"])
        if self.run and self.run.finished and folder.is_dir():
            times.record(folder, self.run.measured())
        last = self._found(folder) if self.whole and (not self.run or self.run.complete) else []
        return closing(self.run, last, _AGAIN, time.monotonic()) if self.run else last

    def _found(self, folder: Path) -> list[str]:
        try:
            last = found(open_study(folder))
        except BadInput:
            return []  # only a part of the study was asked for
        if os.environ.get(ENDED):
            Path(os.environ[ENDED]).write_text(str(folder.absolute()))
        return last

    def _say(self, lines: list[str], console: Console | None = None) -> None:
        for line in [] if self.verbose else lines:
            (console or self.console).print(Text(line))

    _EVENTS = {
        LogEvent.RUN_INFO: _planned,
        LogEvent.JOB_INFO: _begun,
        LogEvent.JOB_FINISHED: _done,
        LogEvent.JOB_ERROR: _failed,
        LogEvent.ERROR: _message,
    }
