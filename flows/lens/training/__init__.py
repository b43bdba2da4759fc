"""How the shipped network was trained and measured; needs the extra `lens`."""
