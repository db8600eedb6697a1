"""The parts of `testing`: a DevRev in memory. Of the package they use `token_types` alone."""
