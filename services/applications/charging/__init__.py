"""收费: what was charged for a case, given back or let off; nothing is paid here, what was paid elsewhere is recorded."""
