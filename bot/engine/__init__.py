"""The pure core: a session and an incoming event give a new session and effects. No clock, disk or network."""
