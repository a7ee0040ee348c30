#!/usr/bin/env bash
# Retrain both readers, one after the other, even if the first fails; the exit status is the higher one of the two.
# Arguments go to both retrainings: nightly.sh --timeout 90
set -uo pipefail
cd "$(dirname "$0")/.."
command=.venv/bin/payment-ml
[[ -x $command ]] || command=payment-ml # in an environment that conda made, for example
worst=0
for architecture in cnn reader; do
    "$command" retrain -p architecture "$architecture" -p warm_start True --timeout 60 "$@"
    status=$?
    ((status > worst)) && worst=$status
done
exit "$worst"
