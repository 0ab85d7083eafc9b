"""slantwise where people already work: scikit-learn, spaCy, pandas and Polars. A module for each, imported by name."""
