"""The services the portal renders, one domain a package; arrows between them go down only (see `.importlinter`)."""
