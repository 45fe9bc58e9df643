"""Prints digests of images, for `cargo xtask pairs`, which says which images:

    python pairs.py MODEL.gan FIRST COUNT

It prints the CRC-32 of the first FIRST images' pixels, and of all COUNT of them.
"""

import sys
import zlib

import gan_core


def main() -> None:
    model = gan_core.load(sys.argv[1])
    first, count = map(int, sys.argv[2:])
    crc = 0
    for pair in range(count):
        labels = pair % model.info.classes if model.info.classes else None
        crc = zlib.crc32(model.generate(seed=pair, labels=labels).tobytes(), crc)
        for wanted in (first, count):
            if pair + 1 == wanted:
                print(f"{wanted} pairs: {crc:08x}")


if __name__ == "__main__":
    main()
