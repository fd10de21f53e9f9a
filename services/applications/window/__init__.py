"""What the single window keeps for itself: views, phrases, review checks, assisted applications, results handed out."""
