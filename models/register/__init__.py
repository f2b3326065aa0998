"""Registers: people, customers and contacts as rows of a table file, for import, its undo and export."""

from models.register.base import Register, Values, used_elsewhere
from models.register.contacts import CONTACTS
from models.register.customers import CUSTOMERS
from models.register.people import PEOPLE

REGISTERS = {register.kind: register for register in (PEOPLE, CUSTOMERS, CONTACTS)}
"""Every register by the word of the command line."""

__all__ = ["CONTACTS", "CUSTOMERS", "PEOPLE", "REGISTERS", "Register", "Values", "used_elsewhere"]
