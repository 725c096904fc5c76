"""The timetable app."""
