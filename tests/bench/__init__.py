"""Speed and memory of the portal as ratios to the bare thing beside it, in one run. Measures; asserts nothing."""
