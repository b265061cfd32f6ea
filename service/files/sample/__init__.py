"""A sample collection that needs nothing from elsewhere: twelve Tang poems as picture cards, and one publication."""
