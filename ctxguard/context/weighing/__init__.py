"""Sums over what is sent: content bytes, bytes on the wire, the heaviest paths."""
