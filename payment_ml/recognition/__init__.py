"""Read images: turn each into an amount or a digit with a confidence and a decision.

Calibration and acceptance are applied here and fitted in `evaluation`; nothing here trains. It may import `networks`,
`imaging` and the floors below, but neither TensorFlow nor scipy.
"""
