// Draws a digit as text whenever a key 0 to 9 is pressed in the serial monitor.
// gan_model.h and gan_model.c: gan export MODEL.gan --c . --target CORE
#include <gan.h>
#include "gan_model.h"

static gan_generator generator;
static uint8_t latent[GAN_MODEL_LATENT_LEN];
static uint32_t scratch[GAN_MODEL_SCRATCH_LEN];
static uint8_t line[GAN_MODEL_LINE_LEN];
static uint64_t drawn = 0;

static void print_line(void *, size_t, const uint8_t *bytes, size_t len) {
  for (size_t x = 0; x < len; x++) {
    Serial.print(" .:-=+*#%@"[bytes[x] * 10 / 256]);
  }
  Serial.println();
}

void setup() {
  Serial.begin(115200);
  gan_status status = gan_decode(&generator, gan_model, GAN_MODEL_LEN);
  if (status != GAN_OK) {
    Serial.println(gan_error_text(status));
  }
}

void loop() {
  int key = Serial.read();
  if (key < '0' || key > '9') {
    return;
  }
  gan_sample_at(42, drawn++, latent, sizeof latent);
  gan_status status = gan_generate_rows(&generator, latent, sizeof latent, key - '0', scratch,
                                        GAN_MODEL_SCRATCH_LEN, line, sizeof line, print_line, NULL);
  if (status != GAN_OK) {
    Serial.println(gan_error_text(status));
  }
}
