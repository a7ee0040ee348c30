"""Train networks: data in batches, losses, and the training loop.

No evaluation and no decision about versions belongs here. These modules may import `networks`, `synthesis`, `imaging`,
`datasets` and the floors below, but no reader.
"""
