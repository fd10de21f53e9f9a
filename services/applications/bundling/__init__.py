"""一件事一次办: several cases filled in as one and handed in as one (docs/decisions/0010).

The parts are ordinary cases from the start, each with its own number, materials and record. The one form and the
one set of materials are a view over them (`merging`); what is filled in goes to every part that asks for it.
"""
