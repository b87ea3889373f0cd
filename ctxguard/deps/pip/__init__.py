"""pip, run as a program: what packages weigh that are installed nowhere."""
