"""Words for a browser, from what it says about itself."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device_words(agent: str) -> str:
    """Say "Chrome on Windows"; only words of ours, never what the browser sent."""
    browser = next((words for mark, words in BROWSERS if mark in agent), "")
    machine = next((words for mark, words in MACHINES if mark in agent), "")
    if browser and machine:
        return f"{browser} on {machine}"
    return browser or machine or "Another browser"
