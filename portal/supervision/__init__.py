"""The door of supervisors, and the page on which officers answer them."""
