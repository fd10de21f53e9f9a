"""Licences that exist already (存量证照), taken into the library from a table, each row wholly or not at all.

models    files and their rows
table     the table of a type: an empty one, and reading one that was filled in
commands  receiving a file, taking in its rows, how far it is
tasks     what a worker does
"""
