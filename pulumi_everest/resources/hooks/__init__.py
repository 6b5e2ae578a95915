"""What the engine asks before it changes something, and what is answered.

The folder has more modules than others: one for each thing that is asked of an object (may it change, go, be taken
over, is it there already), since each has a hook and texts of its own, which are read together.
"""
