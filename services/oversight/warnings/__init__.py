"""预警: a warning is a conversation that must end: handler, leader, yellow, red; reply, disposal, retraction, appeal."""
