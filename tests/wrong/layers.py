"""Wrong answers of the room ``layers``, by other algorithms than the reference's."""
