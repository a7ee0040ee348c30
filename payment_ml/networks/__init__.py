"""Networks: the Keras architectures, safe loading of saved ones, export to ONNX, and inference.

No training loop and no decoding of a network's output belongs here. May import `imaging`,
`datasets`, `text` and what lies below.
"""
