"""How one kind of layer hands contributions back to its inputs."""
