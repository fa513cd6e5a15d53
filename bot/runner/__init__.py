"""One incoming event from arrival to commit, synchronous inside one transaction."""
