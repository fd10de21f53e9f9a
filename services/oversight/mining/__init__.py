"""Process mining: event logs in XES (IEEE 1849), and the process that events describe: map, variants, rework, lateness."""
