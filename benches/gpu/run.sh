#!/bin/bash
# Training samples a second on a GPU and on this computer's CPU, for a machine that has the GPU but
# no Rust: the program is built and packed on one machine and measured on the other.
#
#   benches/gpu/run.sh pack cuda-cpp           # where Rust is: target/gpu/gan-train-cuda.xz
#   benches/gpu/run.sh pack wgpu               #                target/gpu/gan-train-wgpu.xz
#   benches/gpu/run.sh pack cuda-cpp,nccl      #                the same, for several GPUs
#   benches/gpu/run.sh measure                 # where the GPU is: a table in Markdown
#   benches/gpu/run.sh measure --networks deep --batches 128 1024 --minutes 5
#   benches/gpu/run.sh measure --gpus 4        # also with four of them at once
#
# The repository's files and target/gpu have to be on both. Measuring takes python3 without
# packages, the GPU's driver, for `cuda-cpp` also NVIDIA's NVRTC with CUDA's headers, and for `nccl`
# its library NCCL (docs/training.md has how these features are built). Each device that was packed
# is measured, and the CPU by the same program; benches/gpu/samples.py says how.
#
# Exit codes: 0 a table was printed, 1 failed, 2 wrong usage, 3 there is no driver of any GPU that
# something was packed for.
set -eu
cd "$(dirname "$0")/../.."
packed=target/gpu

pack() {
    local features=${1:?pack what? one of cuda cuda-cpp cuda-cpp,nccl wgpu vulkan}
    local device=${features%%[-,]*}
    mkdir -p "$packed"
    cargo build --release -p gan-train --features "$features"
    strip -o "$packed/gan-train-$device" target/release/gan-train
    xz --force --threads=0 -3 "$packed/gan-train-$device"
    ls -l "$packed/gan-train-$device.xz"
}

measure() {
    local devices=()
    for archive in "$packed"/gan-train-*.xz; do
        if [ ! -e "$archive" ]; then
            echo "$packed: nothing is packed (benches/gpu/run.sh pack)" >&2
            exit 1
        fi
        local binary=${archive%.xz}
        xz --decompress --keep --force "$archive"
        chmod +x "$binary"
        devices+=("${binary##*gan-train-}=$binary")
    done
    python3 benches/gpu/samples.py "${devices[@]}" "$@"
}

case "${1:-}" in
pack | measure) "$@" ;;
*)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
