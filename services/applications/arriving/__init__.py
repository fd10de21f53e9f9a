"""Files on their way in: piece by piece over bad lines, scanned before anybody opens them, and how far each is trusted."""
