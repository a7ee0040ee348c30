"""Parse and write amounts as text, and define the characters that a network reads.

Pixels and networks do not belong here. These modules import nothing from the rest of the package.
"""
