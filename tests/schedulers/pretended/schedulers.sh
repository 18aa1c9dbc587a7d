#!/bin/bash
# The commands of SGE, PBS, LSF and Kubernetes, pretended, by the name that this file is called by: jobs
# run here. Below the folder PRETENDED: a file per job with the command that submitted it (jobs/ID), or what
# Kubernetes was sent, its process (running/ID) and exit status (ended/ID). For each line of the file
# `lost`, a rule's name, one job is taken and never run, as if its node had died; jobs of a rule named
# in `hanging` never end.
set -u
mkdir -p "$PRETENDED"/{jobs,running,ended}
shopt -s nullglob

start() { # RULE ID COMMAND: run a job in a group of processes of its own
    local line
    if line=$(grep -sxm 1 "$1" "$PRETENDED/lost"); then
        sed -i "0,/^$line\$/{//d}" "$PRETENDED/lost"
        echo 137 > "$PRETENDED/ended/$2"
        return
    fi
    grep -sqx "$1" "$PRETENDED/hanging" && set -- "$1" "$2" "sleep 600"
    setsid nohup bash -c "$3; echo \$? > $PRETENDED/ended/$2" \
        > "$PRETENDED/$2.output" 2>&1 < /dev/null &
    echo $! > "$PRETENDED/running/$2"
}

new() { # the next number; ARGUMENTS are kept
    local jobs=("$PRETENDED"/jobs/*)
    local id=$((${#jobs[@]} + 1))
    printf '%s\n' "$@" > "$PRETENDED/jobs/$id"
    echo $id
}

state() { # of a job: DONE, EXIT, RUN, PEND
    if [[ -s $PRETENDED/ended/$1 ]]; then
        [[ $(<"$PRETENDED/ended/$1") == 0 ]] && echo DONE || echo EXIT
    else
        [[ -e $PRETENDED/running/$1 ]] && echo RUN || echo PEND
    fi
}

end() {
    for id; do kill -- -"$(<"$PRETENDED/running/$id")" && echo 143 > "$PRETENDED/ended/$id"; done
}

case ${0##*/} in
    qsub)
        id=$(new "$@")
        [[ $* =~ -terse ]] && export JOB_ID=$id || export PBS_JOBID=$id PBS_O_WORKDIR=$PWD
        [[ $* =~ -N\ ([a-z_]+) ]]
        start "${BASH_REMATCH[1]}" "$id" "bash ${*: -1}"
        echo "$id"
        ;;
    qstat)
        [[ $(state "${*: -1}") =~ RUN|PEND ]] && exit
        [[ $* =~ -j ]] && echo "Following jobs do not exist: " || echo "qstat: Unknown Job Id $1"
        exit 1
        ;;
    bsub)
        id=$(new "$@")
        [[ $* =~ Snakemake_rule_([a-z_]+) ]]
        start "${BASH_REMATCH[1]}" "$id" "${*: -1}"
        echo "Job <$id> is submitted to queue <cpu>."
        ;;
    bjobs) for job in "$PRETENDED"/jobs/*; do echo "${job##*/} $(state "${job##*/}")"; done ;;
    qdel | bkill) end "$@" ;;
    kubectl)
        case $1 in
            create)
                id=$(new "$(cat)")
                read -r rule folder script < <(python3 -c '
import json, sys
job = json.load(open(sys.argv[1]))
(container,) = job["spec"]["template"]["spec"]["containers"]
rule = job["metadata"]["generateName"].rstrip("-").replace("-", "_")
print(rule, container["workingDir"], container["command"][-1])
' "$PRETENDED/jobs/$id")
                start "$rule" "$id" "cd $folder; /bin/sh $script"
                echo -n "job-$id"
                ;;
            get)
                case $(state "${3#job-}") in
                    DONE) echo -n "SuccessCriteriaMet Complete" ;;
                    EXIT) echo -n "FailureTarget Failed" ;;
                esac
                ;;
            delete) for job in "${@:4}"; do end "${job#job-}"; done ;;
        esac
        ;;
    badmin) printf '%s\n' "MBD configuration" "LSB_SHAREDIR = $PRETENDED" "LSF_CONFDIR = $PRETENDED" ;;
    lsclusters) printf '%s\n' "CLUSTER_NAME STATUS" "here ok" ;;
    bqueues) printf '%s\n' "QUEUE_NAME PRIO" "cpu 30" "gpu 30" ;;
esac
