"""Photos in a folder of a WebDAV server: Nextcloud, ownCloud, Apache and others."""
