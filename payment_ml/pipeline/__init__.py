"""Run the notebooks that prepare, train and evaluate, unattended: locked, limited, logged, recorded and resumable.

The content of the notebooks belongs elsewhere. Modules here import the registry, the datasets and the floors
below.
"""
