/* The name of an image, as Docker's are: [HOST[:PORT]/]PATH[:TAG]. Without a tag it is that of `latest`. */
#ifndef SANDBOXD_IMAGE_NAME_H
#define SANDBOXD_IMAGE_NAME_H

#define IMAGE_NAME_SIZE 200
#define IMAGE_FOLDER_SIZE 256

/* Completes the name by its tag. Returns -1 when it is no name of an image. */
int image_name_complete(const char *name, char out[IMAGE_NAME_SIZE]);
/* The name of its folder: one part of a path, another one for each name. The name is a complete one. */
void image_name_encode(const char *name, char out[IMAGE_FOLDER_SIZE]);

#endif
