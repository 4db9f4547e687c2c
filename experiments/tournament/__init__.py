"""The tournament: every mind in every situation under the same luck, and which experiment would tell them apart."""
