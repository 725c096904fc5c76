"""Speaking to hosts at addresses that people of a school enter, without becoming a way into the server's network.

Four things, for everything that goes out (notifications, pings, sources):

- `AllowedRanges`: which addresses may be reached. Private ones only where the operator's settings name them.
- `check_host`: the addresses of a host, before anything is done with it; for errors that are told at once.
- `call_apart`: a function in a process of its own, in which every connection is checked at the moment it is made, so
  that neither a redirect nor a name that changes its address gets around it, and which is ended when its time is up.
"""

from photosync.outgoing.apart import call_apart
from photosync.outgoing.hosts import check_host
from photosync.outgoing.ranges import AllowedRanges

__all__ = ["AllowedRanges", "call_apart", "check_host"]
