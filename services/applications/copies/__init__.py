"""Copies of what lies in a case: marked with where they come from and what they may be used for (信息加注)."""
