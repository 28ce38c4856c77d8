"""What does the jobs: a process with a lease, and the children in which steps run."""
