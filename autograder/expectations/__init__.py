"""Where the judge learns what to expect: from an installed course, or from a recording of one."""
