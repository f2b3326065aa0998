"""The rule book as pure functions and tables; reaches no database, web or clock."""
