"""E-licences at work: shown, shared, their record read, their status published."""
