"""Deeds with a case, one module for each journey; each checks the rules, writes rows and the ledger entry."""
