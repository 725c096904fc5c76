"""Loaded by Python as it starts: lets no file of this process grow beyond what the test says, as on a full disk.

The processes that open pictures are not told of it and take the limit off again: they write in memory only.
"""

import os
import resource

_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ.get("PHOTOSYNC_TESTS_MOST_BYTES", hard)), hard))
