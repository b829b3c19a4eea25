"""What stands behind each command of kangwei.cli. Like the command line itself this lies above all apps.

Modules that need the database are imported only once `database.open_database` has set Django up.
"""
