"""Wrong answers of the room ``training``, by other algorithms than the reference's."""
