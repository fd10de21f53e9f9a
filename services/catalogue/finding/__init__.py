"""Finding items and bundles by what people say: everyday words, old names, pinyin, initials, slips of the pen.

`words` and `sounds` take a text apart, `keys` says under which keys a name is filed and a search looked up,
`ranking` how well a name fits what was asked. `filing` writes the index, `queries` reads it; `commands` are what
operators do: make an alias of a search that found nothing. Nothing outside PostgreSQL is needed.
"""
