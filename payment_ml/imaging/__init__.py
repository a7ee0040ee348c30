"""Process images: load them, detect and extract lines of text, segment single digits.

Nothing here knows a network or an amount; that is `recognition`. It may import `datasets` (for MNIST's format) and the
floors below.
"""
