"""What a text stands for: quantities, durations, cron lines, images, versions."""
