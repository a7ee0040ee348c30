"""Parse and write amounts as text, define what a kind of form settles, and the characters that a network reads.

Pixels and networks do not belong here. These modules import paths and errors, and nothing else of the package.
"""
