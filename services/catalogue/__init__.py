"""Service items (事项): what can be applied for, on what basis, with which form, materials and steps.

The bottom of `services/`: it knows nothing of cases, the hub or the clock. Start reading at `definition`.
"""
