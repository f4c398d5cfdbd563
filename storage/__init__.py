"""What the programme remembers: one store, two engines, the same tables."""

from storage.store import Store, Transaction, open_store

__all__ = ["Store", "Transaction", "open_store"]
