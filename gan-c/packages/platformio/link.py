"""Links the static library of the board's core: PlatformIO runs this for every build."""

import os

Import("env")  # noqa: F821 (PlatformIO's own)

# What PlatformIO calls a core, and the folder of its library. A Cortex-M4 and later with hard
# floats has another calling convention, which the flags of the build tell.
FOLDERS = {
    "cortex-m0": "thumbv6m-none-eabi",
    "cortex-m0plus": "thumbv6m-none-eabi",
    "cortex-m3": "thumbv7m-none-eabi",
    "cortex-m4": "thumbv7em-none-eabi",
    "cortex-m7": "thumbv7em-none-eabi",
    "cortex-m33": "thumbv8m.main-none-eabi",
    "esp32c3": "riscv32imc-unknown-none-elf",
    "esp32c6": "riscv32imac-unknown-none-elf",
}

board = env.BoardConfig()  # noqa: F821
names = [board.get("build.cpu", ""), board.get("build.mcu", "")]
folder = next((FOLDERS[name] for name in names if name in FOLDERS), None)
if folder is None:
    env.Exit(f"gan: no library for the core {' or '.join(filter(None, names))}")  # noqa: F821
flags = " ".join(map(str, env.get("CCFLAGS", []) + env.get("LINKFLAGS", [])))  # noqa: F821
if "-mfloat-abi=hard" in flags and folder != "thumbv6m-none-eabi":
    folder += "hf"
library = os.path.join(Dir(".").srcnode().abspath, "lib", folder)  # noqa: F821
if not os.path.isdir(library):
    env.Exit(f"gan: no library in {library}")  # noqa: F821
for target in (env, DefaultEnvironment()):  # noqa: F821
    target.Append(LIBPATH=[library], LIBS=["gan_c"])
