#!/bin/bash
# properties = {properties}
# What is submitted for each job, to SGE and PBS: its exit status stays in a file, for status.sh.
# PBS starts jobs in the home folder. The command has a shell of its own, as it ends with `exit`.
[[ -z $PBS_O_WORKDIR ]] || cd "$PBS_O_WORKDIR" || exit
(
{exec_job}
)
ended=$?
mkdir -p .snakemake/ended && echo $ended > .snakemake/ended/$JOB_ID$PBS_JOBID
exit $ended
