"""Campaigns: who gets a letter, who is left out and why, what was made, what it changed."""
