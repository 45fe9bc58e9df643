/*
 * gan.h: runs small MLP generators, quantized to int8, bit for bit the same on
 * any machine. The functions are in the static library gan_c, which is built for
 * one core; see docs/c.md.
 *
 * Nothing here allocates, and nothing has to be freed. A generator lives in
 * memory of yours and reads the weights of its blob where they lie, in flash.
 * Any number of threads may use one generator at once, each with buffers of its
 * own.
 *
 * Every function but gan_abi_version and gan_error_text returns 0, GAN_OK, or
 * an error. Nothing is written to latents, pixels and lines then.
 */
#ifndef GAN_H
#define GAN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Compare it with gan_abi_version(): another number means that this header and
 * the library do not belong together. */
#define GAN_ABI_VERSION 2u

/* The label for a model that takes none. */
#define GAN_NO_LABEL (-1)

/* 0, or an error. An error of a layer has the layer's number in it. */
typedef int32_t gan_status;

/* The code of a status without the layer, to compare with those below. */
#define GAN_STATUS_CODE(status) ((status) & 0xFF)
/* The layer of a GAN_ERROR_LAYER_..., from 0. */
#define GAN_STATUS_LAYER(status) (((status) >> 8) & 0xFF)

enum {
    GAN_OK = 0,
    GAN_ERROR_NULL = 1,
    GAN_ERROR_UNALIGNED = 2,
    GAN_ERROR_NOT_DECODED = 3,
    GAN_ERROR_LENGTH = 4,
    GAN_ERROR_TAKES_IMAGE = 8,
    GAN_ERROR_LATENT_LEN = 9,
    GAN_ERROR_LATENT_CODE = 10,
    GAN_ERROR_LABEL_MISSING = 11,
    GAN_ERROR_LABEL_UNEXPECTED = 12,
    GAN_ERROR_LABEL = 13,
    GAN_ERROR_SCRATCH_LEN = 14,
    GAN_ERROR_OUTPUT_LEN = 15,
    GAN_ERROR_OTHER = 16,
    GAN_ERROR_IMAGE_UNEXPECTED = 17,
    GAN_ERROR_IMAGE_LEN = 18,
    GAN_ERROR_MASK_MISSING = 19,
    GAN_ERROR_MASK_UNEXPECTED = 20,
    GAN_ERROR_MASK_LEN = 21,
    GAN_ERROR_CODES_LEN = 22,
    GAN_ERROR_BLOB_EMPTY = 32,
    GAN_ERROR_BLOB_MISALIGNED = 33,
    GAN_ERROR_BLOB_MAGIC = 34,
    GAN_ERROR_BLOB_VERSION = 35,
    GAN_ERROR_BLOB_TRUNCATED = 36,
    GAN_ERROR_BLOB_TRAILING = 37,
    GAN_ERROR_BLOB_CRC = 38,
    GAN_ERROR_BLOB_HEADER = 39,
    GAN_ERROR_BLOB_NOT_CANONICAL = 40,
    GAN_ERROR_BLOB_NAME = 41,
    GAN_ERROR_BLOB_LATENT_LEN = 42,
    GAN_ERROR_BLOB_CLASSES = 43,
    GAN_ERROR_BLOB_IMAGE = 44,
    GAN_ERROR_BLOB_OUTPUTS = 45,
    GAN_ERROR_BLOB_METADATA = 46,
    GAN_ERROR_BLOB_LAYERS = 47,
    GAN_ERROR_BLOB_PAYLOAD_LEN = 48,
    GAN_ERROR_INPUTS_COUNT = 49,
    GAN_ERROR_INPUTS_PART = 50,
    GAN_ERROR_INPUTS_SIZE = 51,
    GAN_ERROR_INPUTS_TWICE = 52,
    GAN_ERROR_INPUTS_MASK_ALONE = 53,
    GAN_ERROR_INPUTS_SUM = 54,
    GAN_ERROR_LAYER_INPUTS = 64,
    GAN_ERROR_LAYER_OUTPUTS = 65,
    GAN_ERROR_LAYER_ELEMENT = 66,
    GAN_ERROR_LAYER_PACKING = 67,
    GAN_ERROR_LAYER_ACTIVATION = 68,
    GAN_ERROR_LAYER_SLOPE = 69,
    GAN_ERROR_LAYER_ZERO_POINT = 70,
    GAN_ERROR_LAYER_WEIGHTS = 71,
    GAN_ERROR_LAYER_BIAS = 72,
    GAN_ERROR_LAYER_MULTIPLIER = 73,
    GAN_ERROR_LAYER_SHIFT = 74,
    GAN_ERROR_LAYER_TABLE = 75,
    GAN_ERROR_LAYER_ACCUMULATOR = 76,
    GAN_ERROR_LAYER_SECTION_PADDING = 77
};

#define GAN_GENERATOR_WORDS 96

/*
 * The place for a generator. gan_decode fills it in; its content is the
 * library's own. It must be all zeros, as static variables are, or filled in by
 * gan_decode before another function gets it.
 */
typedef struct gan_generator {
    uint64_t words[GAN_GENERATOR_WORDS];
} gan_generator;

#define GAN_NAME_SIZE 36

/* What a model is, and how long its buffers have to be. */
typedef struct gan_info {
    uint64_t macs;          /* multiply-accumulates of an image */
    uint32_t crc;           /* CRC-32 of the blob */
    uint32_t blob_len;      /* bytes of the blob */
    uint32_t latent_len;    /* codes of a latent vector, a byte each */
    uint32_t classes;       /* labels: 0 to one less; 0 if it takes none */
    uint32_t width;         /* pixels in a line */
    uint32_t height;        /* lines */
    uint32_t channels;      /* bytes of a pixel: 1 grey, 3 RGB */
    uint32_t pixels_len;    /* bytes of an image */
    uint32_t line_len;      /* bytes of a line */
    uint32_t scratch_len;   /* words of 32 bits that the layers compute in */
    uint32_t is_native;     /* 1 if the weights are in this core's order */
    uint32_t makes_numbers; /* 1 if the outputs are numbers of a table */
    /* The image that goes in: 0 if none does. Then gan_generate runs the model,
     * else gan_transform. */
    uint32_t image_width;
    uint32_t image_height;
    uint32_t image_channels;
    uint32_t image_len;     /* bytes of it */
    uint32_t mask_width;    /* cells of the mask that goes in: 0 if none does */
    uint32_t mask_height;
    uint32_t mask_len;      /* bytes of it, one for each cell */
    uint32_t codes_len;     /* bytes that gan_transform computes in */
    char name[GAN_NAME_SIZE]; /* UTF-8 with a zero at its end */
} gan_info;

/* GAN_ABI_VERSION of the library. */
uint32_t gan_abi_version(void);

/* A sentence for a status, without the number of its layer. It lives for ever. */
const char *gan_error_text(gan_status status);

/*
 * Reads a blob of `len` bytes, checks all of it, and makes a generator of it.
 *
 * The blob lies on a multiple of 16 bytes (`gan export --c` writes an array that
 * does; a file goes to memory that you align), and stays where it is, unchanged,
 * as long as the generator is used. A blob that comes from anywhere may be given:
 * a damaged or malicious one is refused. `gan pack` or `gan export` put its
 * weights into the order that a core reads fastest.
 */
gan_status gan_decode(gan_generator *generator, const uint8_t *blob, size_t len);

/* Says what the model is. */
gan_status gan_get_info(const gan_generator *generator, gan_info *info);

/*
 * Draws the latent codes of image 0 of a seed: `len` is latent_len. A seed gives
 * the same codes on every machine.
 */
gan_status gan_sample(uint64_t seed, uint8_t *latent, size_t len);

/* The same of image `index` of the seed, without drawing those before it. */
gan_status gan_sample_at(uint64_t seed, uint64_t index, uint8_t *latent, size_t len);

/*
 * Makes the image of a latent, codes 0 to 127, and a label, or GAN_NO_LABEL.
 *
 * `latent` has latent_len bytes, `scratch` at least scratch_len words, whose
 * content does not matter, and `pixels` pixels_len bytes: line by line, 0 to
 * 255. No two of them may overlap.
 */
gan_status gan_generate(const gan_generator *generator, const uint8_t *latent,
                        size_t latent_len, int32_t label, uint32_t *scratch,
                        size_t scratch_len, uint8_t *pixels, size_t pixels_len);

/*
 * Takes line `y`, from 0, of `len` bytes. The line is valid until this returns.
 * It must not leave by longjmp or by a C++ exception.
 */
typedef void (*gan_sink)(void *context, size_t y, const uint8_t *line, size_t len);

/*
 * Makes the image line by line, so that it never has to exist as a whole: `line`
 * has line_len bytes, and `sink` gets each line with your `context`, which may
 * be null.
 */
gan_status gan_generate_rows(const gan_generator *generator, const uint8_t *latent,
                             size_t latent_len, int32_t label, uint32_t *scratch,
                             size_t scratch_len, uint8_t *line, size_t line_len,
                             gan_sink sink, void *context);

/*
 * What goes into a model that takes an image. Begin with zeros (`= {0}`), and set
 * label to GAN_NO_LABEL for a model without labels.
 */
typedef struct gan_input {
    const uint8_t *image;  /* image_len bytes, line by line, 0 to 255 */
    size_t image_len;
    const uint8_t *mask;   /* mask_len bytes: 255 where the image is missing, 0 where */
    size_t mask_len;       /* it is there; null and 0 for a model without a mask */
    const uint8_t *latent; /* latent_len codes; null and 0 for a model without a */
    size_t latent_len;     /* latent part */
    int32_t label;
} gan_input;

/*
 * Makes an image of an image: restored, enlarged, in another style.
 *
 * `codes` has at least codes_len bytes and `scratch` at least scratch_len words,
 * whose content does not matter, and `pixels` pixels_len bytes. Of a model that
 * takes a mask and makes images of the size that it takes, the pixels that are
 * not missing are those of the image. No two buffers may overlap.
 */
gan_status gan_transform(const gan_generator *generator, const gan_input *input,
                         uint8_t *codes, size_t codes_len, uint32_t *scratch,
                         size_t scratch_len, uint8_t *pixels, size_t pixels_len);

/* The same line by line, as gan_generate_rows. */
gan_status gan_transform_rows(const gan_generator *generator, const gan_input *input,
                              uint8_t *codes, size_t codes_len, uint32_t *scratch,
                              size_t scratch_len, uint8_t *line, size_t line_len,
                              gan_sink sink, void *context);

#ifdef __cplusplus
}
#endif

#endif
