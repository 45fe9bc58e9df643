/* Counts the instructions that QEMU's guest executes between two addresses. `cargo xtask count` compiles and loads it.
 *
 * Arguments: start=HEX, stop=HEX: first instructions of two functions, the count runs from the one to before the other;
 * layer=HEX, any number of times: the count so far is noted at each run of it; out=PATH: where the result goes, as
 *
 *   total COUNT
 *   layer COUNT                      for each run of a layer's address
 *   block RUNS TAKEN ADDRESS ...     for each straight piece of code: the runs after which it was left by a jump
 *
 * QEMU translates code in blocks that are entered at their first instruction only and run to their last, unless it
 * faults. So it is enough to count blocks.
 *
 * The interface is declared here because Debian does not ship its header.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, void (*call)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, void (*call)(unsigned int, void *),
                                          enum qemu_plugin_cb_flags flags, void *data);

#define EXPORT __attribute__((visibility("default")))
/* The version of the interface; QEMU 9 refuses 1, those before know no other. */
EXPORT int qemu_plugin_version = PLUGIN_VERSION;

struct block {
    struct block *next;
    uint64_t end, runs, taken;
    size_t count;
    uint64_t address[];
};

enum { MOST_LAYERS = 8, MOST_NOTES = 256 };

static struct block *blocks, *previous;
static uint64_t start_address, stop_address, layer_address[MOST_LAYERS], notes[MOST_NOTES], total;
static size_t layer_addresses, noted;
static enum { BEFORE, COUNTING, AFTER } state;
static const char *out;

static void fail(const char *what)
{
    fprintf(stderr, "count plugin: %s\n", what);
    exit(3);
}

static void write_result(void)
{
    FILE *file = fopen(out, "w");
    if (!file)
        fail("cannot write the result");
    fprintf(file, "total %" PRIu64 "\n", total);
    for (size_t i = 0; i < noted; i++)
        fprintf(file, "layer %" PRIu64 "\n", notes[i]);
    for (struct block *block = blocks; block; block = block->next) {
        if (!block->runs)
            continue;
        fprintf(file, "block %" PRIu64 " %" PRIu64, block->runs, block->taken);
        for (size_t i = 0; i < block->count; i++)
            fprintf(file, " %" PRIx64, block->address[i]);
        fputc('\n', file);
    }
    if (fclose(file))
        fail("cannot write the result");
}

static void on_run(unsigned int cpu, void *data)
{
    struct block *block = data;
    uint64_t address = block->address[0];
    (void)cpu;
    if (state == BEFORE && address == start_address)
        state = COUNTING;
    if (state != COUNTING)
        return;
    if (previous && previous->end != address)
        previous->taken++;
    if (address == stop_address) {
        state = AFTER;
        write_result();
        return;
    }
    for (size_t i = 0; i < layer_addresses; i++) {
        if (address == layer_address[i]) {
            if (noted == MOST_NOTES)
                fail("too many layers");
            notes[noted++] = total;
        }
    }
    block->runs++;
    total += block->count;
    previous = block;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t count = qemu_plugin_tb_n_insns(tb);
    struct block *block = calloc(1, sizeof *block + count * sizeof block->address[0]);
    (void)id;
    if (!block)
        fail("no memory");
    block->count = count;
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        block->address[i] = qemu_plugin_insn_vaddr(insn);
        block->end = block->address[i] + qemu_plugin_insn_size(insn);
    }
    /* Translated again, the same code is another block: whoever reads the result adds them up. */
    block->next = blocks;
    blocks = block;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_run, QEMU_PLUGIN_CB_NO_REGS, block);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        if (!value)
            fail("an argument without a value");
        value++;
        if (!strncmp(argv[i], "start=", 6))
            start_address = strtoull(value, NULL, 16);
        else if (!strncmp(argv[i], "stop=", 5))
            stop_address = strtoull(value, NULL, 16);
        else if (!strncmp(argv[i], "layer=", 6) && layer_addresses < MOST_LAYERS)
            layer_address[layer_addresses++] = strtoull(value, NULL, 16);
        else if (!strncmp(argv[i], "out=", 4))
            out = strdup(value);
        else
            fail("an unknown argument, or too many layers");
    }
    if (!start_address || !stop_address || !out)
        fail("start, stop and out are needed");
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
