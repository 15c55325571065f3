"""Mark written answers by several people at once: share them out, serve the page, measure agreement."""
