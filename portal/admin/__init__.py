"""The door of administrators: system, security, audit — never one person — and those who keep the catalogue."""
