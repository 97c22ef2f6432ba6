"""The tabs: each module a pure function from assumptions and other tabs' lines to a contract.

Contracts are named tuples: there are more than a hundred, every build defines them all, and a
frozen dataclass takes some ten times as long to define.
"""
