"""Wrong answers of the room ``optimizer``, by other algorithms than the reference's."""
