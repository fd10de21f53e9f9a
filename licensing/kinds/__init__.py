"""Licence types as the administration keeps them: drafts, published versions, what is wrong with a draft.

models      drafts and published versions as rows
reading     what is published, learnt by this process when it meets it
examining   a type as written in the editor: every mistake by its field
commands    starting a draft, saving, discarding, publishing
"""
