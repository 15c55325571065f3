"""Export marks: in the formats of other systems, or into a file that such a system gave out."""
