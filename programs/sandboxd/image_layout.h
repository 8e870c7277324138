/* An image as registries and `docker save` have it: documents that name each other and layers, in one directory. */
#ifndef SANDBOXD_IMAGE_LAYOUT_H
#define SANDBOXD_IMAGE_LAYOUT_H

#include "image.h"

/* Whether a directory is such a layout and no root file system. */
bool image_layout_is(int layout);
/* Makes the root file system of the layout's image for this machine, and fills what the layout says of it: the digest,
 * the environment and the working directory. */
int image_layout_unpack(int layout, int root, struct image *image, struct image_unpacked *counts,
                        struct failure *failure);

#endif
