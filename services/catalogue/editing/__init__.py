"""Editing an item by forms: pure functions from one definition (builtins, perhaps incomplete) to the next.

places      where things stand, and putting, adding, moving, taking out
values      what stands in the fields of a page, and back
starting    what a new item, entry, page or question begins with, and names made from English words
terms       what a condition may look at, and what it is called
conditions  conditions put together from choices, and told in words
renaming    giving a question or a material another name everywhere it is meant
gaps        a definition with its gaps filled, so that it can be shown as it will look
"""
