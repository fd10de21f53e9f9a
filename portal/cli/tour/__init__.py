"""`yiwang tour`: two cases walked end to end over HTTP, as any program of the outside would do it.

It knows the portal by its API alone, and the sample people by their names and secrets.
"""
