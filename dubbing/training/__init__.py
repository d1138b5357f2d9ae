"""Making data for the small networks, training them, judging them. Needs the extra ``train``."""
