"""The item editor and form editor: an official writes an item page by page, without a word of code.

fields      what stands on a page of the editor, and reading it
supplies    what registers, licence types and departments can give, offered as choices
groups      the pages of an item's elements; entries, questions: those of what its lists hold
placing     where a place of a definition is edited, and what it is called
telling     the lint's findings in an official's words, beside the field
editor      one draft being edited, with all of the above
"""
