// Package e2e tests the exporter as its users run it: the binary of this tree, on
// real sockets, against a simulated WeChat or a server that answers what WeChat
// documents, scraped by a real Prometheus and asked by PromQL.
//
// It is a module of its own, so that what the tests need stays out of the
// exporter's go.mod.
package e2e
