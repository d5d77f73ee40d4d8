"""German: the catalogue is whole, and what is drawn from it has no English left."""
