"""What ``Annotated`` may add to a type for this package."""

from __future__ import annotations

__all__ = ["PropertyInfo"]


class PropertyInfo:
    """Says more of an argument that is a dict, or of a union: a name on the wire, or what tells the types apart.

    ``Annotated[Union[A, B], PropertyInfo(discriminator="type")]`` takes the class whose field ``type`` is a literal
    with the value that came.
    """

    def __init__(
        self,
        *,
        alias: str | None = None,
        format: str | None = None,
        format_template: str | None = None,
        discriminator: str | None = None,
    ) -> None:
        self.alias = alias
        self.format = format
        self.format_template = format_template
        self.discriminator = discriminator

    def __repr__(self) -> str:
        shown = f"alias='{self.alias}', format={self.format}, format_template='{self.format_template}'"
        return f"{type(self).__name__}({shown}, discriminator='{self.discriminator}')"
