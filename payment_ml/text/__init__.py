"""Amounts as text: the grammar of written amounts, and the characters that a network reads.

Pixels and networks do not belong here. These modules import nothing from the rest of the package.
"""
