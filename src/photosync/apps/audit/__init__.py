"""Who changed what from what to what, and who saw or changed whose photo."""
