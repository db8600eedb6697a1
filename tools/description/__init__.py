"""What is wrong with the description, found before the generator runs: it passes over much in silence.

`document` reads the YAML and keeps its lines; `validity`, `token_types`, `operations`, `media` and `schemas` look for
what is wrong; `outcome` looks at what the generator makes of it. Each finding is a line and a reason.
"""
