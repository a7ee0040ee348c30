"""Measure readers on samples with known labels, and decide which version becomes champion.

Here belong test sets, metrics, the fitting of calibration and acceptance thresholds, and promotion checks; what applies
a calibration or a threshold to a reading belongs to `recognition`. These modules may import every subpackage except
`app` and `cli`.
"""
