/*
 * Draws an image as text, and then the CRC-32 of the pixels of 100 images: image
 * 0 to 9 of seeds 0 to 9, with the label that is the image's number. Every
 * machine prints the same, and the web page shows the same pixels.
 *
 * gan_model.h and gan_model.c are those of `gan export --c`.
 */
#include <stdio.h>

#include "gan.h"
#include "gan_model.h"

static gan_generator generator;
static uint8_t latent[GAN_MODEL_LATENT_LEN];
static uint32_t scratch[GAN_MODEL_SCRATCH_LEN];
static uint8_t pixels[GAN_MODEL_PIXELS_LEN];
static uint8_t line[GAN_MODEL_LINE_LEN];

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

/* Prints a line of an image, and adds it to the CRC-32 of the context. */
static void print_line(void *context, size_t y, const uint8_t *bytes, size_t len) {
    uint32_t *crc = (uint32_t *)context;
    *crc = crc32(*crc, bytes, len);
    (void)y;
    for (size_t x = 0; x < len; x++) {
        putchar(" .:-=+*#%@"[bytes[x] * 10 / 256]);
    }
    putchar('\n');
}

static int failed(const char *what, gan_status status) {
    if (status != GAN_OK) {
        printf("%s: layer %d: %s\n", what, (int)GAN_STATUS_LAYER(status), gan_error_text(status));
    }
    return status != GAN_OK;
}

int main(void) {
    gan_info info;
    uint32_t crc = 0, all = 0;
    if (gan_abi_version() != GAN_ABI_VERSION) {
        printf("gan.h and the library do not belong together\n");
        return 1;
    }
    if (failed("decode", gan_decode(&generator, gan_model, GAN_MODEL_LEN)) ||
        failed("info", gan_get_info(&generator, &info))) {
        return 1;
    }
    printf("%s: %u x %u, native %u\n", info.name, (unsigned)info.width, (unsigned)info.height,
           (unsigned)info.is_native);
    if (failed("sample", gan_sample(0, latent, sizeof latent)) ||
        failed("rows", gan_generate_rows(&generator, latent, sizeof latent, info.classes ? 0 : -1,
                                         scratch, GAN_MODEL_SCRATCH_LEN, line, sizeof line,
                                         print_line, &crc))) {
        return 1;
    }
    printf("image 0 of seed 0: %08x\n", (unsigned)crc);
    for (uint64_t seed = 0; seed < 10; seed++) {
        for (uint64_t index = 0; index < 10; index++) {
            int32_t label = info.classes ? (int32_t)(index % info.classes) : GAN_NO_LABEL;
            if (failed("sample", gan_sample_at(seed, index, latent, sizeof latent)) ||
                failed("generate",
                       gan_generate(&generator, latent, sizeof latent, label, scratch,
                                    GAN_MODEL_SCRATCH_LEN, pixels, sizeof pixels))) {
                return 1;
            }
            all = crc32(all, pixels, sizeof pixels);
        }
    }
    printf("100 images: %08x\n", (unsigned)all);
    return 0;
}
