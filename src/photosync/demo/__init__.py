"""A fictional school: its people, their portraits as a camera makes them, and a photographer's delivery."""
