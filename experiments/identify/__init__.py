"""Can a mind's parameters be told apart from what a firm observes?"""
