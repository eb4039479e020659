#!/bin/sh
# Builds every variant of the firmware: build.sh [folder for the ELFs, default the committed elf/]
#
# The same compiler gives the same bytes from any folder: names are relative, there is no debug information, no
# build id, no compiler comment. elf/compiler.stamp holds the -dumpfullversion the committed ELFs were built with.
set -eu
out=${1:-$(dirname "$0")/elf}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "$0")"
cc=${CROSS_CC:-arm-none-eabi-gcc}

sources="startup.c system.c memory.c civil.c text.c schedule.c line.c flash.c store.c supply.c relay.c keypad.c
edit.c buttons.c rtc.c timer.c console.c command.c main.c"

flags="-std=gnu11 -mcpu=cortex-m3 -mthumb -Os -ffreestanding -fno-builtin -nostdlib -nostartfiles -static
-ffunction-sections -fdata-sections -fno-common -fno-ident -fno-tree-loop-distribute-patterns -g0
-fno-asynchronous-unwind-tables -frandom-seed=brownout
-Wall -Wextra -Werror -Wshadow -Wundef -Wstrict-prototypes -Wmissing-prototypes
-T weekly.ld -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,max-page-size=4 -Wl,--fatal-warnings"

variant() { # name, further flags
    name=$1
    shift
    # Word splitting is wanted.
    # shellcheck disable=SC2086
    LC_ALL=C "$cc" $flags "-ffile-prefix-map=$PWD=." "$@" $sources -o "$out/$name.elf"
    chmod 644 "$out/$name.elf"
}

# Firmwares that are wrong on purpose, for testing how the harness tells it: no start-up of the weekly timer.
broken() {
    sound=$sources
    sources="broken/start.c broken/$1.c"
    variant "broken-$1"
    sources=$sound
}

# Firmwares in the manner of others, for testing that the chip answers them: a start-up of their own.
fixture() {
    sound=$sources
    sources="fixtures/start.c fixtures/say.c fixtures/$1.c"
    variant "fixture-$1"
    sources=$sound
}

# The weekly timer with one defect: weekly-<name>.elf, DEFECT_<NAME> in the source.
defect() {
    variant "weekly-$1" "-DDEFECT_$(echo "$1" | tr a-z- A-Z_)"
}

variant weekly
variant weekly-inplace -DDEFECT_STORE_IN_PLACE
for name in no-crc save-order supply-ignored slot-17 mode-lost boot-count factory \
    midnight sunday day-group equal-times lost-pulse overlap override edit \
    power-up double-cut clock-lost clock-believed clock-set dst slow-clock leap-day century year-2038 long-line \
    bounce held-key chord-short chord-late chord-lifted edit-timeout edit-blocks edit-unsaved mode-order \
    pin-mode says-ok off-lost override-ends power-cycles chord-runs-on chord-half factory-clock start-twice start-closed rest missed-late event-low \
    brown-out-loop let-go not-blank half-erased undo update \
    too-many-words fed-in-interrupt stack-overflow rtc-overflow days-255 relay-loop; do
    defect "$name"
done
for name in silent crash flood timer; do
    broken "$name"
done
for name in bare cmsis hal opencm3 rtos; do
    fixture "$name"
done
"$cc" -dumpfullversion >"$out/compiler.stamp"
