# "make help" lists the targets. They need only Go. e2e needs Python 3.11 or newer with
# venv, Node.js 20 or newer with npm, and Chromium. packages needs Debian, and what
# .ci/run installs. Tools run as pinned Go modules.

GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
E2E      := $(CURDIR)/.cache/e2e

.DEFAULT_GOAL := help
.PHONY: help build cross run demo test race kill golden lint fmt tidy bench compare fuzz e2e packages snapshot ci

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the program into bin/
	CGO_ENABLED=0 go build -trimpath -o bin/mxinvite .

cross: ## check that the program builds for every released system
	@set -e; for target in linux/amd64 linux/arm64 linux/arm darwin/amd64 darwin/arm64 windows/amd64 windows/arm64 freebsd/amd64 freebsd/arm64; do \
		echo "$$target"; CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} GOARM=7 go build -trimpath -o /dev/null .; \
	done

run: ## start the program
	go run .

demo: ## start the program on a built-in homeserver; nothing to set up
	go run . demo

test: ## run all tests except the long ones
	go test -short ./...

race: ## run all tests except e2e, with the race detector
	go test -race -timeout 20m ./...

kill: ## kill programs that send invites, 200 times for each way
	go test -run '^TestKilledProgram' ./client

golden: ## rewrite the golden files and pictures; review the diff before you commit
	find ui/testdata -name '*.golden' -delete
	go test ./ui ./cli ./screenshots -update

lint: ## run the linters, which also check imports between packages
	.ci/structure
	go run $(GOLANGCI) run

fmt: ## format the code
	go run $(GOLANGCI) fmt

tidy: ## fail if go.mod or go.sum are not tidy
	go mod tidy -diff

bench: ## run the benchmarks; compare results of the same machine only
	go test -run '^$$' -bench . -benchtime 20x . ./client ./client/invite ./client/link ./client/keycheck ./client/store ./ui
	go test -run '^$$' -bench . -benchtime 1x ./internal/serve
	@echo "with the limits of a stock Synapse, in fake time:"
	@go test -count 1 -v -run '^TestHundred' ./client | grep -o '100 [lm].*'

compare: ## compare the benchmarks with those of another commit: make compare BASE=COMMIT
	.ci/compare $(BASE)

fuzz: ## fuzz every parser of untrusted input, a minute each
	@set -e; for pkg in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime 1m $$pkg; \
		done; \
	done

e2e: ## run the scenarios against real servers (the first run installs them, which takes minutes)
	sh internal/e2e/install.sh $(E2E)
	MXINVITE_E2E=$(E2E) go test -race -count=1 -tags e2e ./internal/e2e/...

packages: ## build the packages for Linux on amd64 and test them; test go install, and Windows with Wine
	packaging/test.sh
	packaging/test-go-install.sh
	packaging/test-windows.sh

snapshot: ## build everything of a release into dist/, and publish nothing
	packaging/goreleaser.sh release --snapshot --clean --skip=docker

ci: tidy lint race kill build cross packages e2e ## run everything that must pass before a change is merged
