"""Test cli.cluster_reading: what goes with --cluster, and what does not."""

import pytest
from click.testing import CliRunner

from payment_ml.cli.main import cli


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.png", "--manifest", "names.txt"], "expected --manifest with --cluster ADDRESS"),
        (["a.png", "--partition-size", "5"], "expected --partition-size with --cluster ADDRESS"),
        (["a.png", "--output", "s3://bucket/out"], "'s3://bucket/out' is a folder or a URL; it goes with --cluster"),
        (["a.png", "--output", "."], "'.' is a folder or a URL; it goes with --cluster"),
        (["a.png", "--cluster", "tcp://x:1"], "expected --output FOLDER with --cluster"),
        (["--cluster", "tcp://x:1", "--output", "out"], "Missing argument 'INPUT...'"),
        (
            ["a.png", "--cluster", "tcp://x:1", "--output", "o", "--jobs", "2"],
            "expected neither --jobs nor --skip-done",
        ),
        (["a.png", "--cluster", "tcp://x:1", "--output", "o", "--format", "table"], "csv or parquet with --cluster"),
        (["a.png", "--cluster", "tcp://x:1", "--output", "o", "--profile", "none"], "none"),
    ],
    ids=["manifest", "partitions", "URL", "folder", "no output", "no input", "jobs", "format", "profile"],
)
def test_options_that_do_not_go_together_are_wrong_usage(arguments, message):
    """They are refused before anything is read or connected."""
    done = CliRunner().invoke(cli, ["read", *arguments])
    assert done.exit_code == 2, done.output
    assert message in done.output


def test_parquet_needs_a_cluster():
    """A console shows no parquet, and one machine writes csv."""
    done = CliRunner().invoke(cli, ["read", "data/samples", "--format", "parquet"])
    assert done.exit_code == 2
    assert "expected --cluster with --format parquet" in done.output
