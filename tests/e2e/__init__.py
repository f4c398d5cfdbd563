"""The programme as a process of its own, played against our fakes of both providers."""
