"""How a tournament of theories is told: tables, words, figures, one page."""
