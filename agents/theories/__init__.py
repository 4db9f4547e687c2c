"""One file per question a mind answers: its protocol, the default, the published alternatives."""
