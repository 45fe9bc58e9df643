/* Makes the images of the golden vectors of a model that takes an image, whole and line by line,
 * and compares every byte. `cargo xtask test` writes vectors.h from tests/vectors. */
#include <stdio.h>
#include <string.h>

#include "gan.h"
#include "gan_model.h"
#include "vectors.h"

static gan_generator generator;
static uint8_t codes[GAN_MODEL_CODES_LEN];
static uint32_t scratch[GAN_MODEL_SCRATCH_LEN];
static uint8_t pixels[GAN_MODEL_PIXELS_LEN];
static uint8_t line[GAN_MODEL_LINE_LEN];

/* Counts the bytes that are not those of the context. */
struct expected {
    const uint8_t *pixels;
    size_t different;
};

static void compare(void *context, size_t y, const uint8_t *bytes, size_t len) {
    struct expected *expected = (struct expected *)context;
    expected->different += memcmp(expected->pixels + y * len, bytes, len) != 0;
}

int main(void) {
    gan_info info;
    gan_status status = gan_decode(&generator, gan_model, GAN_MODEL_LEN);
    if (status != GAN_OK || gan_get_info(&generator, &info) != GAN_OK ||
        info.image_len != GAN_MODEL_IMAGE_LEN || info.mask_len != GAN_MODEL_MASK_LEN ||
        info.codes_len != GAN_MODEL_CODES_LEN) {
        printf("decode: %s\n", gan_error_text(status));
        return 1;
    }
    for (size_t i = 0; i < VECTORS; i++) {
        gan_input input = {0};
        struct expected expected = {vector_pixels + i * GAN_MODEL_PIXELS_LEN, 0};
        input.image = vector_images + i * GAN_MODEL_IMAGE_LEN;
        input.image_len = GAN_MODEL_IMAGE_LEN;
        input.mask = vector_masks + i * GAN_MODEL_MASK_LEN;
        input.mask_len = GAN_MODEL_MASK_LEN;
        input.latent = vector_latents + i * GAN_MODEL_LATENT_LEN;
        input.latent_len = GAN_MODEL_LATENT_LEN;
        input.label = vector_labels[i];
        status = gan_transform(&generator, &input, codes, sizeof codes, scratch,
                               GAN_MODEL_SCRATCH_LEN, pixels, sizeof pixels);
        if (status == GAN_OK) {
            status = gan_transform_rows(&generator, &input, codes, sizeof codes, scratch,
                                        GAN_MODEL_SCRATCH_LEN, line, sizeof line, compare,
                                        &expected);
        }
        if (status != GAN_OK || expected.different != 0 ||
            memcmp(pixels, expected.pixels, sizeof pixels) != 0) {
            printf("image %u: %s, %u lines differ\n", (unsigned)i, gan_error_text(status),
                   (unsigned)expected.different);
            return 1;
        }
    }
    printf("%s: %u images of images, no byte differs\n", info.name, (unsigned)VECTORS);
    return 0;
}
