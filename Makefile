# `make help` lists the targets. Everything here works without network once
# the crates are in cargo's cache.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
TARGET := x86_64-unknown-linux-gnu
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
TARGET_DIR := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
STATIC := $(TARGET_DIR)/$(TARGET)/dist/stella

# A kit: the private key that signs it (PKCS#8 PEM, Ed25519), what it trusts,
# how it judges, and its number, which only ever grows.
KEY ?=
TRUST ?= kit/trust
POLICY ?= src/policy/default.toml
SEQUENCE ?= 1
OUTPUT ?= $(TARGET_DIR)/kit

# The bans of clippy.toml hold for the product, not for its tests.
UNBANNED := -A clippy::disallowed_methods -A clippy::disallowed_types -A clippy::disallowed_macros \
	-A clippy::unwrap_used -A clippy::float_arithmetic -A clippy::needless_range_loop -A missing_docs

.PHONY: help demo test check fuzz oracles bench fixtures checksums kit roots static build

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

build:
	$(CARGO) build --release --locked --bin stella

demo: build ## verify a bundle, then the same bundle with one byte changed
	@STELLA_BINARY="$(TARGET_DIR)/release/stella" kit/demo.sh

test: build ## every test, against a release binary built apart from them
	STELLA_BINARY="$(TARGET_DIR)/release/stella" $(CARGO) test --locked

check: ## format, lints, documentation, checksums
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --lib --bins -- -D warnings
	$(CARGO) clippy --locked --all-targets -- -D warnings $(UNBANNED)
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --quiet
	kit/checksums.sh check
	if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny --offline check bans licenses sources; \
	else echo "cargo-deny is not installed: deny.toml not checked"; fi

oracles: ## other verifiers beside ours, in a package of their own
	cargo test --manifest-path tests/oracles/Cargo.toml --target-dir target/oracles --locked

fuzz: ## every fuzz target for SECONDS each, with the stable toolchain
	tests/fuzz/run.sh $(or $(SECONDS),20)

bench: static ## measured beside peers in the same run, as ratios
	STELLA_BINARY="$(STATIC)" python3 tests/bench/run.py $(if $(QUICK),--quick) $(ONLY)

fixtures: ## generate fixtures/ again: the same bytes
	$(CARGO) run --quiet --locked --example fixtures -- fixtures
	kit/checksums.sh write

checksums: ## write the SHA-256 of fixtures and kit sources to checksums/
	kit/checksums.sh write

roots: ## take the trusted root of Sigstore's public instance from a published package
	kit/roots.sh
	kit/checksums.sh write

static: ## the binary that is shipped: no shared library, the same bytes in every folder
	STELLA_KIT_KEY="$(KEY)" kit/static.sh

kit: static ## stella-kit-<version>.tar.zst; KEY=private.pem signs it and is pinned in the binary
	KEY="$(KEY)" TRUST="$(TRUST)" POLICY="$(POLICY)" SEQUENCE="$(SEQUENCE)" OUTPUT="$(OUTPUT)" \
		BINARY="$(STATIC)" VERSION="$(VERSION)" kit/build.sh
