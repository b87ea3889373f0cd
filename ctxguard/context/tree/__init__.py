"""Reading a context: the tree of files, and the files in it that govern."""
