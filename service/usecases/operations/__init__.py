"""What operators do: first start, the example, dump and restore, gauges."""
