"""The pages of departments' data stewards and of supervisors: contracts, what has to be looked into, quality."""
