"""The splitting of rights: acts proposed, agreed to step by step, and handed in; what parties are shown of them."""
