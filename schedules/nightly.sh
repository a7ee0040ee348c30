#!/usr/bin/env bash
# Retrains both readers, one after the other. That one fails does not keep the other from learning; the exit status is
# the worse of the two. What is given here is given to both: nightly.sh --timeout 90
set -uo pipefail
cd "$(dirname "$0")/.."
command=.venv/bin/payment-ml
[[ -x $command ]] || command=payment-ml # of an environment that conda made, say
worst=0
for architecture in cnn reader; do
    "$command" retrain -p architecture "$architecture" -p warm_start True --timeout 60 "$@"
    status=$?
    ((status > worst)) && worst=$status
done
exit "$worst"
