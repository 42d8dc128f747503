"""The HTML pages: each view parses, asks one service or query, and renders."""
