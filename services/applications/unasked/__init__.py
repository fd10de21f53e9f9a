"""免申即享: the registers say who is entitled, the person only confirms. Looked at with their consent, and nothing is kept
of those who are not entitled (个人信息保护法 14, 15, 19, 47)."""
