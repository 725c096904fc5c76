"""Photos in a database: query sets over PostgreSQL, MySQL and MariaDB, and SQL Server."""
