"""How a recovery study is told: terminal, figures, page."""
