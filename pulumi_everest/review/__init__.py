"""What a reviewer is shown, as data: an input gathered, compared with what there was, locked. No terminal here."""
