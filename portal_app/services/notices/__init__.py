"""What a person is told, how, and her consent to plain email."""
