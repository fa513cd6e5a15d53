"""What we compare ourselves with: bots as one writes them by the book, and the floor without a framework."""
