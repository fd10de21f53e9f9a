"""The case (办件): from draft to delivery, under the law, with its record."""
