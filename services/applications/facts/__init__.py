"""What the applicant says of what a register said: accepted, disputed, or replaced by papers of their own."""
