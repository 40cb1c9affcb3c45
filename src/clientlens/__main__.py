"""`python -m clientlens` is the same as `clientlens`."""

from clientlens.cli.main import main

if __name__ == "__main__":
    main()
