"""动态维护: how an item is edited, reviewed by a lawyer, published, suspended, cancelled, split and merged."""
