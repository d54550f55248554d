"""Pages about people, groups, joining and signing in."""
