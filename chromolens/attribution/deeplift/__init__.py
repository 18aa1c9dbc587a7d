"""DeepLIFT: a network walked with the input and its reference side by side."""
