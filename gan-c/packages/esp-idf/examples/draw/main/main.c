/* Draws image 0 of seed 7 with label 3 as text. */
#include <stdio.h>

#include "gan.h"
#include "gan_model.h"

static gan_generator generator;
static uint8_t latent[GAN_MODEL_LATENT_LEN];
static uint32_t scratch[GAN_MODEL_SCRATCH_LEN];
static uint8_t line[GAN_MODEL_LINE_LEN];

static void print_line(void *context, size_t y, const uint8_t *bytes, size_t len) {
    (void)context;
    (void)y;
    for (size_t x = 0; x < len; x++) {
        putchar(" .:-=+*#%@"[bytes[x] * 10 / 256]);
    }
    putchar('\n');
}

void app_main(void) {
    gan_status status = gan_decode(&generator, gan_model, GAN_MODEL_LEN);
    if (status == GAN_OK) {
        status = gan_sample(7, latent, sizeof latent);
    }
    if (status == GAN_OK) {
        status = gan_generate_rows(&generator, latent, sizeof latent, 3, scratch,
                                   GAN_MODEL_SCRATCH_LEN, line, sizeof line, print_line, NULL);
    }
    printf("%s\n", gan_error_text(status));
}
