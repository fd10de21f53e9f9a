"""The life of contracts: asked for, answered within limits, used, reviewed, ended; and what goes wrong beside them."""
