#!/bin/bash
# running, success or failed: of the job $1. One that Kubernetes no longer knows was deleted; a
# server that doesn't answer says nothing about the job.
conditions='jsonpath={.status.conditions[?(@.status=="True")].type}'
said=$(kubectl get job "$1" --output "$conditions" 2>&1) || {
    [[ $said =~ NotFound ]] && echo failed || echo running
    exit
}
case $said in
    *Fail*) echo failed ;;
    *Complete*) echo success ;;
    *) echo running ;;
esac
