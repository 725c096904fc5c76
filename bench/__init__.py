"""How fast Photo Sync is beside other programs that do the same work on the same machine: `make bench`."""
