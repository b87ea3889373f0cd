"""From a Source to a Measurement: the disk is read here and nowhere else."""
