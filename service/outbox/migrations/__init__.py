"""Migrations of the tables in `service/outbox/tables.py` and of whatever else is declared on their `Base`."""
