"""Papers that nobody brings: the evidence sheet that stands in their place, and how many they are."""
