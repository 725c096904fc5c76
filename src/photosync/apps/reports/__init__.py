"""Academic reports: reporting cycles, the reports in them, and the archive that keeps each for good."""
