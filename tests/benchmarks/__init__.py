"""What `make bench` runs: how fast the bot is and what it costs, against others, side by side."""
