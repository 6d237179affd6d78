"""The ledger of applied migrations, and what it says about those of the folder."""
