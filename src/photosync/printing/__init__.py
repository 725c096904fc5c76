"""Pages on paper: PDF documents from data and pictures, set by Typst (the extra `reports`) in a process of its own.

What is set is data only. The templates lie beside this module and read it from files, so that nothing in a name is
ever read as a command.
"""

from photosync.printing.many import ManyPress, SetDocument, set_one
from photosync.printing.press import PrintJob, make_pdf, printing_available
from photosync.printing.presses import Presses

__all__ = ["ManyPress", "Presses", "PrintJob", "SetDocument", "make_pdf", "printing_available", "set_one"]
