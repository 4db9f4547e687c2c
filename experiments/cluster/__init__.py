"""Work on a Ray or Dask cluster, through joblib: started here or joined, and asked before anything runs."""
