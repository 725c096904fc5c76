"""libvips, set up once: one thread and no cache, so that memory and output do not depend on history."""

import os

os.environ.setdefault("VIPS_CONCURRENCY", "1")  # read by libvips when it is loaded

import pyvips

pyvips.cache_set_max(0)

Image = pyvips.Image
Error = pyvips.Error
GValue = pyvips.GValue
