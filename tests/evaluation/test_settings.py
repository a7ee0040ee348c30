"""Settings: a quick evaluation asks for less everywhere."""

from dataclasses import asdict

from payment_ml.evaluation.settings import EvaluationSettings


def test_quick_settings_are_nowhere_larger():
    """Numbers by task are compared task by task."""
    full, quick = asdict(EvaluationSettings()), asdict(EvaluationSettings.quick())
    for name, value in full.items():
        pairs = (
            [(value[task], quick[name][task]) for task in value] if isinstance(value, dict) else [(value, quick[name])]
        )
        assert all(small <= large for large, small in pairs), name
    assert quick["gate_samples"] < full["gate_samples"]
