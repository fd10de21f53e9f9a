"""Messages to applicants at the nodes of their cases: kept in the portal, and carried out by mail and short message.

This package learns of a deed from the ledger alone (`commands.follow`): whoever does the deed knows nothing of it
(decision 0013).
"""
