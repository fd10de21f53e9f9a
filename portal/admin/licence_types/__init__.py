"""证照目录: licence types for those who keep the catalogue: list, one type, its editor with a live preview.

pages     the routes
filling   a type as fields of a form, and back
wording   what mistakes, makers, kinds and deeds are called
"""
