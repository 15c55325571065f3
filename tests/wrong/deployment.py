"""Wrong answers of the room ``deployment``, by other algorithms than the reference's."""
