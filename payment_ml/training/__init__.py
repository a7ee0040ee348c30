"""Training of networks: data in batches, losses, and the training loop.

No evaluation and no decision about versions belongs here. May import `networks`, `synthesis`, `imaging`, `datasets` and
what lies below, but no reader.
"""
