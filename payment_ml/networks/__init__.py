"""Build the Keras networks, load saved ones safely, export them to ONNX, and run them.

No training loop and no decoding of a network's output belongs here. These modules may import `imaging`, `datasets`,
`text` and the floors below.
"""
