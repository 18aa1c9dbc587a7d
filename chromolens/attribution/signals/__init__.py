"""Methods that change the backward pass: guided backpropagation, deconvnet, LRP."""
