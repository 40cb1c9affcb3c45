"""Order requests: which orders are held before they start, what becomes of a request, what rules would have done."""
