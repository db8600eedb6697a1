"""What callers can see of the package: a listing of it, how two listings differ, and what the last release listed."""
