"""The parts of the command line; `cli` has the map."""
