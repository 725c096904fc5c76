"""A fictional school: its people, their portraits, and the folder they are delivered in."""
