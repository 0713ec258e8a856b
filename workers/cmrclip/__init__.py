"""The model's side: what a study looks like to it. Knows the domain and nothing of Django."""
