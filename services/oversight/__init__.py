"""Electronic oversight (电子监察): reads everything, changes no case; a light is a question, not a verdict."""
