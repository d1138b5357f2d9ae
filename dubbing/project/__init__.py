"""One dub as a project: what people decided of it, where settings hold for any film."""
