"""What a text stands for: quantities, durations, cron lines, images, versions; and values whose form is not known."""
