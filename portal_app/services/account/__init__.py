"""What a person does with her own sign-in."""
