"""What the programme does when somebody speaks, the clock ticks, or something must be said."""
