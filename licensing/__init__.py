"""E-licences (电子证照): types, numbering, printing, sealing, keeping, verifying.

A licence is *intended* in the decision's own transaction, then printed and sealed once by a worker. What leaves
this package is a sealed PDF that can be verified with nothing but the file and the root certificate.
"""
