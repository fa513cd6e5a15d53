"""What the bot knows: articles, services, and facts with their sources. Pure values."""
