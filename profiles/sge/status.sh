#!/bin/bash
# running, success or failed: of the job $1, from the file that jobscript.sh leaves. A job without one
# that the scheduler no longer knows was killed. Accounting (qacct) is not needed.
file=.snakemake/ended/$1
if [[ ! -s $file ]]; then
    said=$(qstat ${SGE_ROOT:+-j} "$1" 2>&1) && echo running && exit
    # a scheduler that doesn't answer says nothing about the job
    [[ $said =~ "do not exist"|"Unknown Job"|"has finished" ]] || { echo running; exit; }
    sleep "${CHROMOLENS_LATENCY:-10}" # a shared file system shows the file of another node late
fi
[[ -s $file && $(<"$file") == 0 ]] && echo success || echo failed
