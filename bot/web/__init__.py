"""What all web pages share; so far the pages that tell how the process is."""
