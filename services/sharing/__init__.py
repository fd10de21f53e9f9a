"""The sharing hub (数据共享交换平台): data stays with its department, every use has a contract and a named case.

`exchange` is the hub's deed, `client` the portal's way to it; both sides meet only in signed messages.
"""
