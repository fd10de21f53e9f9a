"""What a case still owes after a deed was done on trust: materials to follow (容缺后补), commitments to verify (告知承诺)."""
