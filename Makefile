# Everything that is done to this repository. `make help` lists it.
#
# Needs Go and apt (Debian or Ubuntu); what else is missing gets installed.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules

# Fuzzing is limited by a count of inputs, not by a time: with a time, go test now
# and then reports the end of the time as a failure (go.dev/issue/75804).
FUZZTIME ?= 15000x

# The modules whose tools and test servers stay out of the exporter's go.mod.
modules := $(patsubst %/go.mod,%,$(wildcard go.mod e2e/go.mod e2e/otelcol/go.mod dashboards/go.mod))
modules := $(patsubst go.mod,.,$(modules))

# Without git, as in a source archive, the version is unknown and that is fine.
version  := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
revision := $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
branch   := $(shell git rev-parse --abbrev-ref HEAD 2>/dev/null || echo unknown)
date     := $(shell git log -1 --format=%cI 2>/dev/null || echo unknown)
common   := github.com/prometheus/common/version
ldflags  := -s -w -X $(common).Version=$(version:v%=%) -X $(common).Revision=$(revision) \
            -X $(common).Branch=$(branch) -X $(common).BuildDate=$(date)

golangci_lint = go tool -modfile=$(CURDIR)/tools/go.mod golangci-lint

.PHONY: help
help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: build
build: ## build ./wxapp_exporter, static
	@CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '$(ldflags)' -o wxapp_exporter .

.PHONY: demo
demo: ## run the exporter against a simulated WeChat: no account, no network
	@go run . demo

.PHONY: test
test: unit fuzz e2e dashboards ## run all tests of all modules

.PHONY: unit
unit: ## run the tests of the exporter's module
	@tools/install-missing.sh gcc:build-essential # for -race
	echo '--- unit'
	go test -race ./...

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME inputs
	@echo '--- fuzz'
	packages=$$(go list ./...)
	for package in $$packages; do
	  listed=$$(go test -run '^$$' -list '^Fuzz' "$$package")
	  for target in $$(grep '^Fuzz' <<<"$$listed" || true); do
	    echo "$$package $$target"
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime '$(FUZZTIME)' -fuzzminimizetime 100x "$$package"
	  done
	done

# The first run compiles a real Prometheus, which takes minutes.
.PHONY: e2e
e2e: ## test the binary against a simulated WeChat and a real Prometheus
	@tools/install-missing.sh gcc:build-essential curl gzip python3 chromium
	echo '--- e2e'
	cd e2e
	go test -race -timeout 45m ./...

.PHONY: dashboards
dashboards: ## test the dashboards and alerts
	@[ -f dashboards/go.mod ] || exit 0
	echo '--- dashboards'
	cd dashboards
	go test -timeout 45m ./...

.PHONY: bench
bench: ## run the benchmarks
	@go test -run '^$$' -bench . -benchmem -timeout 60m ./...

# The tests hold that these files are fresh.
.PHONY: generate
generate: ## write METRICS.md, the tables of the settings and help.txt anew
	@UPDATE_GOLDEN=1 go test -count=1 -run '^(TestMetricsDocument|TestReadmes|TestHelp)$$' . ./collector

.PHONY: golden
golden: ## write the golden files of all tests anew
	@for module in $(modules); do
	  (cd "$$module"; UPDATE_GOLDEN=1 go test -count=1 -timeout 45m ./...)
	done

.PHONY: lint
lint: ## check style, modules, scripts and YAML
	@tools/install-missing.sh gcc:build-essential shellcheck yamllint
	for module in $(modules); do
	  echo "--- golangci-lint $$module"
	  (cd "$$module"; $(golangci_lint) run --config '$(CURDIR)/.golangci.yml' ./...)
	done
	for module in $(modules) tools; do
	  echo "--- go mod tidy -diff $$module"
	  (cd "$$module"; go mod tidy -diff)
	done
	echo '--- scripts and YAML'
	shellcheck .ci/run tools/*.sh
	yamllint --strict .github .golangci.yml deploy

.PHONY: fmt
fmt: ## format the Go code
	@for module in $(modules); do
	  (cd "$$module"; $(golangci_lint) fmt --config '$(CURDIR)/.golangci.yml' ./...)
	done
