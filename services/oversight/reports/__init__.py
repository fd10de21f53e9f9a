"""旬报、月报、季报: one report for each department and one for the city, once for each period, from the board's own numbers."""
