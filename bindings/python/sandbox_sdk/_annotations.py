"""Evaluating annotations, and looking into types."""

from __future__ import annotations

import sys
import typing
from typing import Any, Union, get_args, get_origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._model_fields import FieldInfo

__all__ = [
    "evaluate",
    "is_literal",
    "is_union",
    "resolve_field",
    "split_annotated",
    "unalias",
    "without_none",
]

if sys.version_info >= (3, 10):
    from types import UnionType

    _UNIONS: tuple[Any, ...] = (Union, UnionType)
else:
    _UNIONS = (Union,)


def is_union(origin: Any) -> bool:
    """Whether a type's origin is that of ``Union[…]`` or ``X | Y``."""
    return origin in _UNIONS


def is_literal(origin: Any) -> bool:
    """Whether a type's origin is ``Literal``, that of ``typing`` or that of ``typing_extensions``."""
    return origin is typing.Literal or getattr(origin, "_name", None) == "Literal"


def without_none(type_: Any) -> tuple[Any, bool]:
    """The ``X`` of ``Optional[X]``, and whether it was one; any other type as it is."""
    types = get_args(type_)
    if not is_union(get_origin(type_)) or type(None) not in types:
        return type_, False
    rest = tuple(one for one in types if one is not type(None))
    return (rest[0] if len(rest) == 1 else Union[rest]), True


def split_annotated(type_: Any) -> tuple[Any, tuple[Any, ...]]:
    """The type within ``Annotated``, and what that adds."""
    metadata = getattr(type_, "__metadata__", None)
    if metadata is None:
        return type_, ()
    return get_args(type_)[0], metadata


def unalias(type_: Any) -> Any:
    """What a ``TypeAliasType`` stands for, with its arguments filled in; any other type as it is."""
    if type(type_).__name__ == "TypeAliasType":
        return type_.__value__
    origin = get_origin(type_)
    if type(origin).__name__ == "TypeAliasType":
        return origin.__value__[get_args(type_)]
    return type_


def evaluate(annotation: Any, module: str, names: Mapping[str, Any] | None = None) -> Any:
    """An annotation that may be text, or hold some, as a type. A NameError where a name is not there yet.

    Args:
        annotation: as it is written.
        module: the name of the module that it is in.
        names: what is known beside the names of that module.
    """
    namespace = vars(sys.modules[module]) if module in sys.modules else {}
    names = dict(names or {})
    if isinstance(annotation, str) and "|" in annotation and sys.version_info < (3, 10):
        annotation = _without_bars(annotation)
        names["_Union"] = Union
    holder = _Holder()
    holder.__annotations__ = {"it": annotation}
    return typing.get_type_hints(holder, namespace, names, include_extras=True)["it"]


class _Holder:
    """Has annotations like a function."""


def _without_bars(annotation: str) -> str:
    """``X | Y`` as ``Union[X, Y]``, which CPython 3.9 understands."""
    import ast

    class Rewriter(ast.NodeTransformer):
        def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
            self.generic_visit(node)
            if not isinstance(node.op, ast.BitOr):
                return node
            union = ast.Name("_Union", ast.Load())
            return ast.Subscript(union, ast.Tuple([node.left, node.right], ast.Load()), ast.Load())

    tree = Rewriter().visit(ast.parse(annotation, mode="eval"))
    return ast.unparse(ast.fix_missing_locations(tree))


def resolve_field(info: FieldInfo, names: Mapping[str, Any] | None = None) -> bool:
    """Evaluates a field's annotation, with the names of the function that its class may be in.

    What cannot be evaluated is ``Any`` for now, and tried again where the class is at last whole.

    Returns:
        Whether it could be.
    """
    from ._model_fields import MISSING

    own = {info.owner.__name__: info.owner, **(names or {})}
    try:
        annotation = evaluate(info._annotation, info.owner.__module__, own)
    except (NameError, TypeError, SyntaxError, AttributeError):
        info._resolved = MISSING if names is not None else Any
        info._unresolved = True
        return False
    annotation, metadata = split_annotated(annotation)
    info._resolved, info._unresolved = annotation, False
    info.metadata.extend(item for item in metadata if item not in info.metadata)
    return True
