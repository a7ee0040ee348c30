"""File trained model versions, check and sign them, choose which one serves, and describe them to people.

Loading and running a network belong in `networks`, deciding on promotion in `evaluation`. Modules here import
`atomic_files` and the modules below it, and no library for training or inference.
"""
