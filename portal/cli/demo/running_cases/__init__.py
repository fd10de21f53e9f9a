"""`yiwang sample-cases`: cases in every state of the law, begun in the last weeks, for queues and boards to show.

They are done by the same commands as anybody's, at the moments at which they would have been done: the hub is asked
by the clock of that moment, and each case is written in one transaction, so that nobody finds it half told.
"""
