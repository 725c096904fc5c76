"""The notifications app: who is told what, and whether it arrived."""
