"""Define the sizes of MNIST's images, apart from the modules that download them."""

SIDE = 28  # pixels of an image, in height and width
BOX = 20  # pixels of the longer side of a digit within its image
