"""The stage: time, chance, tables, what crosses between actors, the market, the week, the books."""
