"""What makes files of this repository; nothing of it is in the package that users install."""
