"""The indicators: each a numerator and a denominator that anybody may count again, kept by day, item and department."""
