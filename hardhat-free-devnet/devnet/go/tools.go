//go:build tools

// Package tools pins the one program this module exists for: the go-ethereum node.
package tools

import _ "github.com/ethereum/go-ethereum/cmd/geth"
