"""What a regulator may ask, each question kept before it is answered: lists, holders, counts, explanations, exports."""
