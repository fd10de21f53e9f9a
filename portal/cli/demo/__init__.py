"""Everything made up (示例): people, firms, staff, departments and the registers they keep.

The only place where sample data lives; the domain never imports it.
"""
