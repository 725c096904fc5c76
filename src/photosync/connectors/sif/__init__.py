"""SIF AU as a source of photos: PersonPicture objects in files, or from a SIF service."""
