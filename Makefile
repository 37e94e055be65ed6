# make help lists what there is to do. Nothing needs to be installed but Go
# (and for e2e Python 3.11 or newer with venv): tools run as pinned modules.

GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
E2E      := $(CURDIR)/.cache/e2e

.DEFAULT_GOAL := help
.PHONY: help build cross run demo test race golden lint fmt tidy bench fuzz e2e ci

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the program into bin/
	CGO_ENABLED=0 go build -trimpath -o bin/mxinvite .

cross: ## build for every system that there are releases for, and throw that away
	@set -e; for target in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64; do \
		echo "$$target"; CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} go build -trimpath -o /dev/null .; \
	done

run: ## start the program
	go run .

demo: ## start the program on a made-up homeserver; nothing to set up
	go run . demo

test: ## run the tests but those that take long
	go test -short ./...

race: ## run all tests but e2e, with the race detector
	go test -race ./...

golden: ## write what the screens look like now to the golden files and pictures; look at them before committing
	find ui/testdata -name '*.golden' -delete
	go test ./ui ./cli ./screenshots -update

lint: ## check the style and who imports whom
	go run $(GOLANGCI) run

fmt: ## format the code
	go run $(GOLANGCI) fmt

tidy: ## fail if go.mod or go.sum lack or hold something they should not
	go mod tidy -diff

bench: ## measure what there are budgets for; compare the figures of one machine only
	go test -run '^$$' -bench . -benchtime 20x ./client ./client/invite ./client/keycheck ./client/store ./ui

fuzz: ## fuzz everything that reads what strangers write, a minute each
	@set -e; for pkg in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime 1m $$pkg; \
		done; \
	done

e2e: ## run the scenarios against real servers (the first time installs them, some minutes)
	sh internal/e2e/install.sh $(E2E)
	MXINVITE_E2E=$(E2E) go test -race -count=1 -tags e2e ./internal/e2e/...

ci: tidy lint race build cross e2e ## all that has to pass before a change lands
