#!/usr/bin/env bash
# A one-machine SLURM for the tests: root, no systemd, no accounting, no cgroups.
#
#   slurm_cluster.sh install          apt-get what is missing
#   slurm_cluster.sh start DIR [old]  munged, slurmctld, nodes c1 c2 (partitions cpu, spare, short) and
#                                     g1 (gpu); old: one that knows --gres only, not --gpus
#   slurm_cluster.sh stop DIR         end the daemons that `start DIR` started, by their pid files
#   slurm_cluster.sh daemon DIR NAME  start one again that was killed: slurmctld, or a node
#
# Everything lies in DIR but two links in /etc/slurm: the plugin's job step takes SLURM_CONF out of
# srun's environment, so the configuration must be where SLURM looks by default.
set -euo pipefail

PORT=16817 # of slurmctld; the nodes' follow
NODES=(c1 c2 g1)

install() {
  local packages=(slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge)
  dpkg -s "${packages[@]}" >/dev/null 2>&1 && return
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${packages[@]}"
}

configure() {
  local host select=cons_tres
  host=$(hostname -s)
  [[ $KIND == old ]] && select=cons_res
  mkdir -p "$DIR"/{etc,log,run,state,dev,spool}
  chmod 755 "$DIR"
  head -c 1024 /dev/urandom >"$DIR/etc/munge.key"
  chmod 400 "$DIR/etc/munge.key"
  # Pretend GPUs: /dev/null by another name. A count without files leaves the node INVAL.
  for i in 0 1; do
    [[ -e $DIR/dev/gpu$i ]] || mknod "$DIR/dev/gpu$i" c 1 3
  done
  echo "NodeName=g1 Name=gpu File=$DIR/dev/gpu[0-1]" >"$DIR/etc/gres.conf"
  # config_overrides: the nodes are as large as they say, however small the machine.
  # cred_expire: a job that is requeued waits for so long (seconds; by default two minutes).
  # SlurmdTimeout: a node that is silent for so long is down (by default five minutes).
  # OverMemoryKill: jobs are ended over their memory without cgroups, too.
  cat >"$DIR/etc/slurm.conf" <<CONF
ClusterName=chromolens
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthInfo=socket=$DIR/run/munge.sock,cred_expire=30
SlurmctldPort=$PORT
SlurmctldPidFile=$DIR/run/slurmctld.pid
SlurmctldLogFile=$DIR/log/slurmctld.log
StateSaveLocation=$DIR/state
SlurmdPidFile=$DIR/run/slurmd-%n.pid
SlurmdLogFile=$DIR/log/slurmd-%n.log
SlurmdSpoolDir=$DIR/spool/%n
SlurmdParameters=config_overrides
MpiDefault=none
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdTimeout=20
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
ReturnToService=2
MinJobAge=3600
SchedulerParameters=sched_interval=2,bf_interval=2
SelectType=select/$select
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
NodeName=c1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((PORT + 1)) CPUs=2 RealMemory=8000
NodeName=c2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((PORT + 2)) CPUs=2 RealMemory=8000
NodeName=g1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((PORT + 3)) CPUs=2 RealMemory=8000 Gres=gpu:2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=cpu Nodes=c1,c2 Default=YES MaxTime=INFINITE State=UP PriorityTier=2 PreemptMode=OFF
PartitionName=spare Nodes=c1,c2 MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=short Nodes=c1,c2 MaxTime=60 State=UP PriorityTier=2 PreemptMode=OFF
PartitionName=gpu Nodes=g1 MaxTime=INFINITE State=UP
CONF
}

link() {
  mkdir -p /etc/slurm
  for file in slurm.conf gres.conf; do
    [[ ! -e /etc/slurm/$file ]] || {
      echo "/etc/slurm/$file exists: this machine belongs to a cluster" >&2
      exit 1
    }
    ln -sfn "$DIR/etc/$file" "/etc/slurm/$file"
  done
}

all_idle() {
  [[ $(sinfo --noheader --Node --states=idle --format=%N | sort -u | wc -l) == "${#NODES[@]}" ]]
}

start() {
  stop # what an interrupted run left
  configure
  link
  munged --force --key-file="$DIR/etc/munge.key" --socket="$DIR/run/munge.sock" \
    --pid-file="$DIR/run/munged.pid" --seed-file="$DIR/run/munged.seed" \
    --log-file="$DIR/log/munged.log"
  slurmctld -c
  for node in "${NODES[@]}"; do daemon "$node"; done
  for _ in {1..300}; do # a minute
    if all_idle; then return; fi
    sleep 0.2
  done
  sinfo >&2
  tail -n 5 "$DIR"/log/*.log >&2
  exit 1
}

daemon() {
  if [[ $1 == slurmctld ]]; then slurmctld; else slurmd -N "$1"; fi
}

stop() {
  local daemon pid_file
  for daemon in slurmctld slurmd-{g1,c2,c1} munged; do
    pid_file=$DIR/run/$daemon.pid
    [[ -s $pid_file ]] && kill "$(<"$pid_file")" 2>/dev/null || continue
    for _ in {1..50}; do
      [[ -s $pid_file ]] || break # a daemon takes it away when it is done
      sleep 0.1
    done
  done
  rm -f "$DIR"/run/*.pid
  for file in slurm.conf gres.conf; do
    [[ $(readlink "/etc/slurm/$file") != "$DIR/etc/$file" ]] || rm "/etc/slurm/$file"
  done
}

DIR=${2:-}
KIND=${3:-} # of the cluster; of daemon: its name
[[ $DIR == /?* || ${1:-} == install ]] || {
  sed -n '2,11p' "$0"
  exit 2
}
case $1 in
install | start | stop) "$1" ;;
daemon) daemon "$KIND" ;;
*) exit 2 ;;
esac
