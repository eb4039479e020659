# what CI does, on this machine
ci:
    bash .ci/run

# the quick checks
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

test:
    cargo test

# every shipped scenario on the virtual rig
run *ARGS:
    cargo run --release -- run {{ARGS}}

# look at pending snapshots
review:
    cargo insta review --workspace-root . --include-ignored

# rebuild the firmware's ELFs after a change
firmware:
    make -C rigs/virtual/firmware check all

bench:
    cargo bench
