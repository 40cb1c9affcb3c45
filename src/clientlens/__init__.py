"""Know your clients from the terminal: analytics over a shop's own export files."""

__version__ = "0.1.0"
