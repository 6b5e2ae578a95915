"""The arguments of components: walked, read, and said in the words of a program."""
