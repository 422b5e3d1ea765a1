"""The whole register elsewhere: backups, and files that another register takes over."""
