"""A photographer's delivery, the volumes of school photographers' standard, over any source that has folders."""
