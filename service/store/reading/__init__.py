"""Events read back: for a verdict, for a customer's export, for an audit."""
