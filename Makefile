# All development tasks. `make help` lists them.
#
# Needs Go, git and, on Debian or Ubuntu, nothing else: what a target needs beyond these it
# installs if it may, as root or with a sudo that needs no password. If it may not, it names
# the command to run.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules

# Fuzzing is limited by a number of inputs, not by a time: with a time, go test
# sometimes reports the end of the time as a failure (go.dev/issue/75804).
FUZZTIME ?= 15000x

# How often each test runs. Empty: once, or not at all while its result is cached.
COUNT ?=
count := $(if $(COUNT),-count=$(COUNT))

# The modules whose tools and test servers stay out of the exporter's go.mod.
modules := $(patsubst %/go.mod,%,$(wildcard go.mod e2e/go.mod e2e/consumers/go.mod e2e/otelcol/go.mod dashboards/go.mod deploy/go.mod))
modules := $(patsubst go.mod,.,$(modules))
empty   :=
space   := $(empty) $(empty)

# Without git, as in a source archive, the version is unknown and that is fine.
version  := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
revision := $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
branch   := $(shell git rev-parse --abbrev-ref HEAD 2>/dev/null || echo unknown)
date     := $(shell git log -1 --format=%cI 2>/dev/null || echo unknown)
common   := github.com/prometheus/common/version
ldflags  := -s -w -X $(common).Version=$(version:v%=%) -X $(common).Revision=$(revision) \
            -X $(common).Branch=$(branch) -X $(common).BuildDate=$(date)

# The tools, in the versions of tools/go.mod, and the Debian packages that tests need.
tool          := go tool -modfile=$(CURDIR)/tools/go.mod
golangci_lint := $(tool) golangci-lint
for_unit      := gcc:build-essential # for -race
for_e2e       := gcc:build-essential curl gzip nginx:nginx-light python3 'chromium:chromium|chromium-browser' node:nodejs npm \
                 /usr/lib/python3/dist-packages/prometheus_client:python3-prometheus-client
for_packaging := dpkg rpm systemd-analyze:systemd
for_lint      := gcc:build-essential shellcheck yamllint

# The tests that write generated files when UPDATE_GOLDEN is set, wherever they are.
generators := TestMetricsDocument TestSettingsDocuments TestHelp TestManPage TestErrcodeDocuments

.PHONY: help
help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: build
build: ## build ./wxapp_exporter, static
	@CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '$(ldflags)' -o wxapp_exporter .

.PHONY: demo
demo: ## run the exporter against a simulated WeChat: no account, no network
	@go run . demo

# The quick ones first. All of them run even if one fails; failures are listed at the end.
.PHONY: test
test: ## run all tests of all modules
	@log=$$(mktemp)
	trap 'rm -f "$$log"' EXIT
	tools/install-missing.sh $(for_unit) $(for_packaging) $(for_e2e) || true # each target reports what it lacks
	failed=()
	for target in unit fuzz dashboards packaging e2e; do
	  $(MAKE) --no-print-directory "$$target" 2>&1 | tee -a "$$log" || failed+=("$$target")
	done
	if [ "$${#failed[@]}" -gt 0 ]; then
	  echo "--- failed: $${failed[*]}"
	  grep -E '^[[:space:]]*--- FAIL: |^FAIL[[:space:]]+[^[:space:]]|^panic: |^missing: |WARNING: DATA RACE' "$$log" || true
	  exit 1
	fi
	echo '--- all tests passed'

# The tests whose size TEST_SIZE chooses: a year, 1,000 apps, a month of faults. When it is
# full, they take too long with -race. Those of kills and shards are large in soak only.
sized     := TestYear|TestDatasetYear|TestSoak|TestThousandApps|TestThousandAppsComeAndGo|TestOthersStandScrapeByScrape|TestBrokenDatasetsHarmNothing|TestBrokenDatasetHarmsNoOther
soaked    := TestKill|TestKillWithBucket|TestKillOfSpool|TestKillOfExport|TestKillOfBackfill|TestShards
with_test = $$(grep -rlE --include='*_test.go' '^func ($1)\(' . | xargs dirname | sort -u)

.PHONY: unit
unit: ## run the tests of the exporter's module
	@tools/install-missing.sh $(for_unit)
	echo '--- unit'
	go test -race -timeout 60m $(count) ./...
	TEST_SIZE=full go test -timeout 60m $(count) -run '^($(sized))$$' $(call with_test,$(sized))

.PHONY: quick
quick: ## check what has changed since the last commit, in about a minute
	@tools/quick.sh

.PHONY: soak
soak: ## run a year of random faults, kill what writes 2,500 times, and shard 3,000 apps; SOAK_SEED repeats a year
	@export TEST_SIZE=full SOAK_DAYS="$${SOAK_DAYS:-365}" SOAK_SEED="$${SOAK_SEED:-$$RANDOM$$RANDOM}"
	go test -count=1 -v -timeout 3h -run '^(TestSoak|$(soaked))$$' $(call with_test,TestSoak|$(soaked))
	cd e2e
	go test -count=1 -v -timeout 2h -run '^TestShardsAndPrometheus$$' .

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME inputs
	@echo '--- fuzz'
	failed=0
	for package in $(call with_test,Fuzz[A-Za-z]+); do
	  listed=$$(go test -run '^$$' -list '^Fuzz' "$$package")
	  for target in $$(grep '^Fuzz' <<<"$$listed" || true); do
	    echo "$$package $$target"
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime '$(FUZZTIME)' -fuzzminimizetime 100x "$$package" || failed=1
	  done
	done
	exit "$$failed"

# The first run compiles a real Prometheus, which takes minutes.
.PHONY: e2e
e2e: ## test the binary against a simulated WeChat and a real Prometheus
	@tools/install-missing.sh $(for_e2e)
	echo '--- e2e'
	cd e2e
	go test -timeout 90m $(count) ./...

# Not part of make test: the first run compiles seven more programs, which takes most of an hour.
.PHONY: consumers
consumers: ## test what arrives in real agents and backends, such as VictoriaMetrics
	@tools/install-missing.sh $(for_unit) node:nodejs npm
	echo '--- consumers'
	cd e2e/consumers
	go test -timeout 180m $(count) ./...

.PHONY: dashboards
dashboards: ## test the dashboards and alerts
	@echo '--- dashboards'
	cd dashboards
	go test -timeout 45m $(count) ./...

.PHONY: packaging
packaging: ## test the Helm chart, the manifests and the packages
	@tools/install-missing.sh $(for_packaging)
	echo '--- packaging'
	cd deploy
	go test -timeout 30m $(count) ./...

# Needs Chromium, and a Grafana with our data that can be viewed without a login.
.PHONY: screenshots
screenshots: ## take pictures of the dashboards in the Grafana at GRAFANA_URL
	@cd dashboards
	go run ./screenshots

.PHONY: release
release: ## build the files of a release into dist, for VERSION and PLATFORMS such as linux/amd64, or all
	@deploy/release.sh "$(VERSION)" $(PLATFORMS)

.PHONY: packages
packages: release ## build a release, and try its packages and its chart
	@tools/install-missing.sh $(for_packaging) lintian man:man-db
	$(MAKE) --no-print-directory packaging
	echo '--- lintian'
	lintian --fail-on error --suppress-tags statically-linked-binary dist/*_amd64.deb
	echo '--- helm 4'
	GOBIN=$(CURDIR)/bin go install helm.sh/helm/v4/cmd/helm@v4.3.1
	bin/helm lint --strict dist/wxapp-exporter-*.tgz
	bin/helm template wxapp dist/wxapp-exporter-*.tgz --set demo=true >/dev/null
	for values in deploy/chart/testdata/*.yaml; do
	  bin/helm template wxapp dist/wxapp-exporter-*.tgz --values "$$values" >/dev/null
	done

# BUILD_IMAGE and RUNTIME_IMAGE replace the base images, for a machine without a registry.
images := $(foreach image,BUILD_IMAGE RUNTIME_IMAGE,$(if $($(image)),--build-arg $(image)=$($(image))))

.PHONY: image
image: ## build the image, and run the demo in it, read-only and without rights
	@export DOCKER_BUILDKIT=1 # not yet by itself in Docker 20
	docker build --tag wxapp_exporter --build-arg VERSION=$(version:v%=%) --build-arg REVISION=$(revision) \
	  --build-arg DATE=$(date) $(images) .
	run() { docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges "$$@"; }
	run wxapp_exporter version
	run --detach --name wxapp_exporter-demo --tmpfs /tmp wxapp_exporter demo
	trap 'docker rm --force --volumes wxapp_exporter-demo >/dev/null' EXIT
	timeout 120 sh -c 'until docker exec wxapp_exporter-demo /wxapp_exporter healthcheck; do sleep 1; done'

.PHONY: bench
bench: ## run the benchmarks
	@go test -run '^$$' -bench . -benchmem -timeout 60m ./...

# The tests fail if one of these files is stale; with CI=true, make lint checks it too.
.PHONY: generate
generate: ## update all generated files: documents, help, dashboards, alerts, chart
	@pattern='^($(subst $(space),|,$(strip $(generators))))$$'
	found=$$(go test -list "$$pattern" ./...)
	for generator in $(generators); do
	  grep -q "^$$generator\$$" <<<"$$found" || echo "warning: there is no test $$generator" >&2
	done
	UPDATE_GOLDEN=1 go test -count=1 -run "$$pattern" ./... | sed '/\[no test/d'
	(cd dashboards; go run ./generate)
	(cd deploy; go run ./generate)

.PHONY: golden
golden: ## update the golden files of all tests
	@for module in $(filter-out e2e/consumers,$(modules)); do
	  (cd "$$module"; UPDATE_GOLDEN=1 go test -count=1 -timeout 45m ./...)
	done

.PHONY: lint
lint: ## check style, dead code, modules, scripts, YAML and workflows
	@tools/install-missing.sh $(for_lint)
	for module in $(modules); do
	  echo "--- golangci-lint $$module"
	  (cd "$$module"; $(golangci_lint) run --allow-parallel-runners --config '$(CURDIR)/.golangci.yml' ./...)
	done
	echo '--- other systems'
	GOOS=windows go vet ./...
	GOOS=darwin go vet ./...
	GOOS=linux GOARCH=arm go vet ./... # 32 bits
	echo '--- deadcode'
	dead=$$($(tool) deadcode -test ./...)
	[ -z "$$dead" ] || { echo "$$dead"; exit 1; }
	for module in $(modules) tools tools/actionlint; do
	  echo "--- go mod tidy -diff $$module"
	  (cd "$$module"; go mod tidy -diff)
	done
	echo '--- scripts and YAML'
	shellcheck .ci/run tools/*.sh deploy/*.sh deploy/*/*.sh findings/*.sh
	yamllint --strict .github .golangci.yml deploy
	go tool -modfile=tools/actionlint/go.mod actionlint
	if [ "$${CI:-}" = true ]; then
	  echo '--- generated files'
	  tools/check-generated.sh
	fi

.PHONY: fmt
fmt: ## format the Go code
	@for module in $(modules); do
	  (cd "$$module"; $(golangci_lint) fmt --config '$(CURDIR)/.golangci.yml' ./...)
	done
