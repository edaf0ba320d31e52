"""The web shell: what stands between the network and every page and route."""
