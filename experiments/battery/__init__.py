"""The battery of published facts: each is run in the situation its paper studied, and judged against its band."""
