"""From results to answers: paired comparison, verdict, tables, figures, life stories, the report."""
