#!/bin/bash
# properties = {properties}
# What is submitted for each job, to SGE and PBS: its exit status stays in a file, for status.sh.
{exec_job}
ended=$?
mkdir -p .snakemake/ended && echo $ended > .snakemake/ended/$JOB_ID$PBS_JOBID
exit $ended
