"""The tabs: each a pure function from assumptions and other tabs' lines to a contract and a Tab."""
