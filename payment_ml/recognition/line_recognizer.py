"""TODO module docstring for recognition.line_recognizer."""

# Pictures that are read together. A batch that goes on after an interruption does so at a multiple of it, so that the
# network meets the same groups of pictures again; other groups round otherwise.
BATCH_SIZE = 96
