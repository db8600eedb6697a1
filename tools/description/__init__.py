"""The description between the file that is edited and the generator.

`document` reads the YAML and keeps its lines; `validity`, `token_types`, `refusals` and `outcome` look for what would
break a guarantee or lose data in silence; `rewriting` turns what the generator does not understand into what it does.
"""
