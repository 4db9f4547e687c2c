"""What a firm would have on record, and beside it the truth: data to test uplift and churn methods on."""
