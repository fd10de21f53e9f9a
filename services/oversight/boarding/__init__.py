"""The board's summaries: open cases by the days on which their lights change, and the day's counts, kept by a worker."""
