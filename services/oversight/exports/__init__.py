"""Lists as Excel files: exactly what was filtered, written by a worker, fetched by whoever asked and nobody else."""
