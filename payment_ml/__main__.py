"""Run the command `payment-ml` as `python -m payment_ml`."""

from payment_ml.cli.main import main

main()
