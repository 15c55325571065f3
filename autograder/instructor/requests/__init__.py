"""What students ask about their marks: requests read, checks run again, answers drafted."""
