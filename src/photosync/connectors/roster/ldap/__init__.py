"""Directories that speak LDAP: Active Directory, OpenLDAP and the like. Only this package knows ldap3."""
