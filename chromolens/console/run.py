"""A run as it goes: what happened in, lines out. Times are seconds of any one clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from chromolens.console.stages import STAGES, TARGETS, stage_of
from chromolens.console.words import duration, how_far, log_tail, minutes
from chromolens.runlog import job_name

_BAR = 12
_NAMED = 2
"""Running jobs that a line names; more are counted."""
_QUIET = (30, 120)
"""Seconds without a line in a file: at least, at most."""
_SHARE = 4
"""Between these, a line comes after this part of the run: few lines tell of long runs."""


@dataclass
class Job:
    """A job that was started: when, and when it ended."""

    rule: str
    name: str
    log: str
    began: float
    ended: float | None = None


@dataclass
class Run:
    """The jobs of a run, and what there is to say of them.

    Parameters
    ----------
    planned
        Rule -> its jobs in this run.
    cores
        Jobs at once; 0 where that isn't known.
    times
        Rule -> seconds of one of its jobs, as far as known from earlier runs.
    began
        When the run began.
    """

    planned: Mapping[str, int]
    cores: int
    times: Mapping[str, float]
    began: float
    jobs: dict[int, Job] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    finished: list[Job] = field(default_factory=list)
    spoke: float = 0.0

    def __post_init__(self) -> None:
        self.planned = {rule: n for rule, n in self.planned.items() if rule not in TARGETS}
        self.spoke = self.began

    def extent(self) -> str:
        """How many jobs, and how long they will take if that is known."""
        jobs = sum(self.planned.values())
        if not self.cores:
            return f"{jobs:,}"
        return f"{jobs:,} on {self.cores} core{'s' * (self.cores > 1)}{self._expected(jobs)}"

    def _expected(self, jobs: int) -> str:
        """From the means of earlier runs, if these had most of the jobs.

        Stages wait for one another, however many the cores.
        """
        seconds, unknown = self._seconds(self.planned, self.times)
        if unknown > jobs / 2:
            return "; how long they take is known after the first run"
        longest: dict[str, float] = {}
        for rule in self.planned:
            stage = stage_of(rule)
            longest[stage] = max(longest.get(stage, 0.0), self.times.get(rule, 0.0))
        rest = f" (but for {unknown} that were never timed)" if unknown else ""
        expected = max(seconds / self.cores, sum(longest.values()))
        return f", {minutes(expected)} as measured before{rest}"

    def started(self, number: int, rule: str, wildcards: Mapping, log: str, now: float) -> None:
        """A job was started, perhaps again."""
        if rule not in TARGETS:
            self.jobs[number] = Job(rule, job_name(rule, wildcards), log, now)

    def ended(self, number: int, now: float) -> list[str]:
        """A job ended well; the line of its stage, if that was the last one."""
        if number not in self.jobs:
            return []
        job = self.jobs.pop(number)
        job.ended = now
        self.finished.append(job)
        stage = stage_of(job.rule)
        done, total = self._counts(stage)
        return self._say([self._line(stage, now)] if done == total else [], now)

    def failed(self, number: int, log: str, now: float) -> list[str]:
        """A job failed: which, after what time, and the last lines of its log."""
        if number not in self.jobs:
            return []
        job = self.jobs.pop(number)
        self.failures.append(job.name)
        said = [f"  | {line}" for line in log_tail(log or job.log)]
        first = f"FAILED  {job.name}, after {duration(now - job.began)}: {log or job.log}"
        return self._say([first, *said], now)

    def due(self, now: float) -> list[str]:
        """For a file: the stages at work, if it is time for a line again."""
        least, most = _QUIET
        if now - self.spoke < max(least, min(most, (now - self.began) / _SHARE)):
            return []
        busy = {stage_of(job.rule) for job in self.jobs.values()}
        first = [stage for stage in self._stages() if stage in busy][:1]
        return self._say([self._line(stage, now) for stage in first], now)

    def lines(self, now: float) -> list[str]:
        """For a terminal: one line per stage that has begun."""
        begun = {stage_of(job.rule) for job in chain(self.finished, self.jobs.values())}
        return [self._line(stage, now) for stage in self._stages() if stage in begun]

    def measured(self) -> dict[str, tuple[int, float]]:
        """Rule -> jobs that ended well, and their mean seconds."""
        spans: dict[str, list[float]] = {}
        for job in self.finished:
            spans.setdefault(job.rule, []).append((job.ended or job.began) - job.began)
        return {rule: (len(found), sum(found) / len(found)) for rule, found in spans.items()}

    @property
    def complete(self) -> bool:
        """Whether every job that was planned ended well."""
        return len(self.finished) == sum(self.planned.values())

    def _say(self, lines: list[str], now: float) -> list[str]:
        self.spoke = now if lines else self.spoke
        return lines

    def _stages(self) -> list[str]:
        """Those with jobs in this run, in the order of the workflow."""
        own = dict.fromkeys(stage_of(rule) for rule in self.planned)
        return [*(stage for stage in STAGES if stage in own), *(s for s in own if s not in STAGES)]

    def _counts(self, stage: str) -> tuple[int, int]:
        done = sum(stage_of(job.rule) == stage for job in self.finished)
        return done, sum(n for rule, n in self.planned.items() if stage_of(rule) == stage)

    def _line(self, stage: str, now: float) -> str:
        done, total = self._counts(stage)
        bar = "#" * (_BAR * done // max(1, total))
        line = f"{stage:<9}[{bar:-<{_BAR}}] {f'{done}/{total}':>7} {self._elapsed(stage, now):>8}"
        return line if done == total else f"{line}{self._left(stage, now)}{self._at_work(stage)}"

    def _elapsed(self, stage: str, now: float) -> str:
        """The time in which some job of a stage was at work."""
        own = [
            job for job in chain(self.finished, self.jobs.values()) if stage_of(job.rule) == stage
        ]
        total, until = 0.0, 0.0
        for began, ended in sorted((job.began, job.ended or now) for job in own):
            total += max(0.0, ended - max(began, until))
            until = max(until, ended)
        return duration(total)

    def _left(self, stage: str, now: float) -> str:
        """How long the rest of a stage takes, where each of its rules has been timed."""
        own = {rule: n for rule, n in self.planned.items() if stage_of(rule) == stage}
        rest = {r: n - sum(job.rule == r for job in self.finished) for r, n in own.items()}
        times = {**self.times, **{rule: mean for rule, (_, mean) in self.measured().items()}}
        seconds, unknown = self._seconds(rest, times)
        if unknown:
            return ""
        running = [job for job in self.jobs.values() if stage_of(job.rule) == stage]
        seconds -= sum(min(now - job.began, times[job.rule]) for job in running)
        at_once = max(1, min(self.cores or len(running), sum(rest.values())))
        return f"  {minutes(seconds / at_once)} left"

    def _at_work(self, stage: str) -> str:
        own = [job for job in self.jobs.values() if stage_of(job.rule) == stage]
        more = [f"{len(own) - _NAMED} more"] if len(own) > _NAMED else []
        names = [f"{job.name}{how_far(job.log)}" for job in own[:_NAMED]]
        return f"  {', '.join(names + more)}" if own else ""

    @staticmethod
    def _seconds(jobs: Mapping[str, int], times: Mapping[str, float]) -> tuple[float, int]:
        """Seconds of the ``jobs`` whose times are known, and how many are unknown."""
        unknown = sum(n for rule, n in jobs.items() if rule not in times)
        return sum(n * times[rule] for rule, n in jobs.items() if rule in times), unknown


def closing(run: Run, found: list[str], again: str, now: float) -> list[str]:
    """The last lines of a run: what was ``found``, or what is missing and what to do."""
    spent = duration(now - run.began)
    if run.complete:
        return [*found, f"finished in {spent}"]
    done, total = len(run.finished), sum(run.planned.values())
    names = f"; failed: {', '.join(dict.fromkeys(run.failures))}" if run.failures else ""
    return [f"stopped after {spent}: {done} of {total} jobs are done{names}", again]
