"""Photos in a bucket of an S3 store: Amazon S3, MinIO, Wasabi, Ceph and others that speak the same."""
