"""What methods that average gradients, or read feature maps, share."""
