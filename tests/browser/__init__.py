"""What the browser tests and the benchmark of the explorers share."""
