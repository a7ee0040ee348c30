"""Provide the command `payment-ml`: parse arguments, call the package, print rows, and set the exit status.

Nothing here decides what is read or promoted. Modules here may import any other subpackage; heavy ones are imported
inside of the command that needs them, so that `payment-ml --help` starts fast.
"""
