/* Prints digests of images, for `cargo xtask pairs`, which says which images and writes pairs.h:
 * the CRC-32 of the first PAIRS_FIRST images' pixels, and of all PAIRS_COUNT of them. */
#include <stdio.h>

#include "gan.h"
#include "gan_model.h"
#include "pairs.h"

static gan_generator generator;
static uint8_t latent[GAN_MODEL_LATENT_LEN];
static uint32_t scratch[GAN_MODEL_SCRATCH_LEN];
static uint8_t pixels[GAN_MODEL_PIXELS_LEN];

/* Goes on with a CRC-32, which begins with 0. */
static uint32_t crc32(uint32_t crc, const uint8_t *bytes, size_t len) {
    crc = ~crc;
    for (size_t at = 0; at < len; at++) {
        crc ^= bytes[at];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1u) ? 0xEDB88320u : 0u);
        }
    }
    return ~crc;
}

int main(void) {
    gan_info info;
    uint32_t crc = 0;
    gan_status status = gan_decode(&generator, gan_model, GAN_MODEL_LEN);
    if (status != GAN_OK || gan_get_info(&generator, &info) != GAN_OK) {
        printf("decode: %s\n", gan_error_text(status));
        return 1;
    }
    for (uint32_t pair = 0; pair < PAIRS_COUNT; pair++) {
        int32_t label = info.classes ? (int32_t)(pair % info.classes) : GAN_NO_LABEL;
        status = gan_sample(pair, latent, sizeof latent);
        if (status == GAN_OK) {
            status = gan_generate(&generator, latent, sizeof latent, label, scratch,
                                  GAN_MODEL_SCRATCH_LEN, pixels, sizeof pixels);
        }
        if (status != GAN_OK) {
            printf("pair %u: %s\n", (unsigned)pair, gan_error_text(status));
            return 1;
        }
        crc = crc32(crc, pixels, sizeof pixels);
        if (pair + 1 == PAIRS_FIRST || pair + 1 == PAIRS_COUNT) {
            printf("%u pairs: %08x\n", (unsigned)(pair + 1), (unsigned)crc);
        }
    }
    return 0;
}
