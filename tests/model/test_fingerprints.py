"""Keyed hashes."""

import hmac

from clientlens.model.fingerprints import Fingerprints, new_secret


def test_a_fingerprint_is_the_standard_librarys_hmac_sha_256() -> None:
    secret = new_secret()
    for text in ("", "jürgen@example.org", "x" * 200):
        expected = hmac.new(bytes.fromhex(secret), text.encode(), "sha256").hexdigest()
        assert Fingerprints(secret).of(text) == expected


def test_the_published_test_vector_is_met() -> None:
    """RFC 4231, test case 1."""
    assert Fingerprints("0b" * 20).of("Hi There") == (
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    )
