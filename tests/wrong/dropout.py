"""Wrong answers of the room ``dropout``, by other algorithms than the reference's."""
