"""绩效量化测评: one number a month for each department, from what stands on its cards, warnings and indicators."""
