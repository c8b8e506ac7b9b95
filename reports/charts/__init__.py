"""Charts: plain data in, SVG text out; colours come from classes, so a chart follows the page's theme."""
