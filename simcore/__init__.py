"""Demand simulation: behaviour of users, their concurrency, and the capacity that it needs."""
