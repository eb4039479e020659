#!/bin/sh
# Builds the qualification firmware: build.sh [folder for the ELFs, default the committed elf/]
#
# Reproducible as in ../build.sh. Soft floating point and 64-bit division are libgcc's.
set -eu
out=${1:-$(dirname "$0")/elf}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "$0")"
cc=${CROSS_CC:-arm-none-eabi-gcc}

flags="-std=gnu11 -mcpu=cortex-m3 -mthumb -ffreestanding -nostdlib -nostartfiles -static -fno-common -fno-ident
-fno-tree-loop-distribute-patterns -g0 -fno-asynchronous-unwind-tables -frandom-seed=brownout
-Wall -Wextra -Werror -Wno-infinite-recursion -Wshadow -Wundef -Wstrict-prototypes -Wmissing-prototypes
-T qualification.ld -Wl,--build-id=none -Wl,-z,max-page-size=4"

build() { # ELF, optimisation, sources
    elf=$1
    optimisation=$2
    shift 2
    # Word splitting is wanted.
    # shellcheck disable=SC2086
    LC_ALL=C "$cc" $flags "$optimisation" "-ffile-prefix-map=$PWD=." "$@" host.c -lgcc -o "$out/$elf.elf"
    chmod 644 "$out/$elf.elf"
}

for name in sorting checksums division recursion strings floats bits; do
    # Small and fast code use different instructions.
    build "$name-small" -Os "programs/$name.c" start.c
    build "$name-fast" -O3 "programs/$name.c" start.c
done
for name in workload wakeups ticks; do
    build "$name" -Os "programs/$name.c" start.c
done
build exceptions -Os exceptions.c
build lockup -Os lockup.c
build erase -Os erase.c start.c
number=0
for name in beyond-ram jump-nowhere jump-device jump-null sleep-for-ever watchdog stack-overflow lockup unknown-register \
    erased-flash write-flash; do
    number=$((number + 1))
    build "bad-$name" -Os "-DBAD=$number" bad.c
done
"$cc" -dumpfullversion >"$out/compiler.stamp"
