"""What the portal is worth when its parts are killed: a real demonstration, walked by `yiwang tour`."""
