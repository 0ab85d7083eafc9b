"""Other packages' interfaces, answered by this one, for those whose code is written to them."""
