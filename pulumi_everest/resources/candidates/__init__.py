"""Resources before they are made: their arguments checked, resolved and made into objects, behind one gate."""
