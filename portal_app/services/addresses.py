"""E-mail addresses: as they are kept, and as they are shown to who may only recognise them."""

from email_validator import EmailNotValidError, validate_email

from portal_app.rules.errors import InvalidError


def checked(email: str, field: str = "email") -> str:
    """Give an address as it is kept.

    Raises:
        InvalidError: no address.
    """
    try:
        found = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidError(f"{email} is not an email address.", field=field) from error
    return found.normalized


def masked(email: str) -> str:
    """Hide all but the first letter and the domain's end: d•••@•••.example."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}•••@{domain[:1]}•••{domain[domain.rfind('.') :]}" if domain else ""
