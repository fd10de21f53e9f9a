"""秒批: granted by the item's published rules without a person, and a person whenever one is asked for (decision 0014)."""
