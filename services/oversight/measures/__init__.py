"""The four measures (工作量、亲密度、偏离度、超期量) and what they stand on: the steps of every case, read from the ledger.

A flag is a question, not a verdict: every measure guards against small samples, compares like with like, corrects for
how many were compared, and says the numbers it was made of.
"""
