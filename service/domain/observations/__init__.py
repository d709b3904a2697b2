"""What whoever decides should know and cannot see: facts that never block by themselves."""
