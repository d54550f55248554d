"""Server-made SVG: no style attributes, only classes and presentation attributes, always with a title."""
