"""Wrong answers of the room ``approximation``, by other algorithms than the reference's."""
