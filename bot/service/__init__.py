"""The use cases: load, decide, save, say, commit. The only code that opens a transaction to change a review."""
