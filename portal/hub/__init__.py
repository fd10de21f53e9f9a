"""The sharing hub's own HTTP face: its rules live in services/sharing."""
