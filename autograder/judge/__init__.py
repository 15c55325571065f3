"""Compare observations with expectations, name the mistake, and give the verdict."""
