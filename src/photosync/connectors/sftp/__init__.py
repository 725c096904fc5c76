"""Photos on an SFTP server, read where they lie."""
