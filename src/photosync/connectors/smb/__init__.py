"""Photos on a Windows share or a Samba server (SMB 2.1 to 3.1.1)."""
