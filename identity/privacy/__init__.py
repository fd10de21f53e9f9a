"""What people ask about their own data: to have it put right, and to close their account."""
