"""How sure is it? Statistics over replications: plain functions of arrays that know nothing of studies or files."""
