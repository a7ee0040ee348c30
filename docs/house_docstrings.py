"""Read docstrings in the form of this project, for the pages that mkdocstrings writes.

The project writes `name : meaning` below Parameters and a sentence below Returns, since the annotations have the types;
numpy's convention expects a type in these places. A field of a dataclass is described by the comment behind it.
"""

import re
from typing import Any

from griffe import Attribute, Class, Docstring, Extension, Function, Object

_SECTION = re.compile(r"^(Parameters|Returns|Yields|Raises)\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|^Source: |\Z)", re.M | re.S)
_ITEM = re.compile(r"^(\S[^\n:]*?) : ", re.M)


class HouseDocstrings(Extension):
    """Give griffe docstrings whose types come from the annotations."""

    def on_function(self, *, func: Function, **_: Any) -> None:
        """Move the meaning of parameters and results to where numpy's convention has descriptions."""
        _move_descriptions(func)

    def on_class(self, *, cls: Class, **_: Any) -> None:
        """Do the same for a class, and describe its fields by their comments."""
        _move_descriptions(cls)
        for member in cls.members.values():
            if isinstance(member, Attribute) and member.docstring is None:
                comment = re.search(r"  # (.+)$", "\n".join(member.lines))
                if comment is not None:
                    text = comment[1][0].upper() + comment[1][1:]
                    member.docstring = Docstring(text, lineno=member.lineno, parent=member)


def _move_descriptions(documented: Object) -> None:
    if documented.docstring is not None:
        documented.docstring.value = _SECTION.sub(_as_numpy, documented.docstring.value)


def _as_numpy(section: re.Match[str]) -> str:
    name, body = section[1], section[2].rstrip()
    head = f"{name}\n{'-' * len(name)}\n"
    if name in ("Returns", "Yields"):
        return head + ":\n" + re.sub(r"^", "    ", body, flags=re.M) + "\n\n"
    return head + _ITEM.sub(r"\1\n    ", body) + "\n\n"
