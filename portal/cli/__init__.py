"""The command `yiwang`: one module per group of commands."""
