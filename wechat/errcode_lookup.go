package wechat

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The codes of an exchange beside WeChat's errcodes.
const (
	codeSuccess   = "0"
	codeNetwork   = "network"
	codeDecode    = "decode"
	codeUnknown   = "unknown"    // an errcode that is not in the table
	codeHTTP      = "http_"      // and the status
	codeHTTPOther = "http_other" // a status that does not exist
)

// errcode returns the row of the table that applies to the error. A reason that is not
// in the table, as of a state that a later version stored, is taken for ReasonBusy.
func (e *Error) errcode() errcodeRow {
	code := tableCode(e.Code)
	for _, wanted := range []struct {
		reason Reason
		code   string
	}{{e.Reason, code}, {e.Reason, ""}, {ReasonBusy, ""}} {
		row, found := findErrcode(func(row errcodeRow) bool {
			return row.reason == wanted.reason && slices.Contains(row.codes, wanted.code) && (row.holds == nil || row.holds(e))
		})
		if found {
			return row
		}
	}
	return errcodeRow{}
}

// reasonOfCode returns the reason of a code that is not empty.
func reasonOfCode(code string) Reason {
	row, _ := findErrcode(func(row errcodeRow) bool { return slices.Contains(row.codes, tableCode(code)) })
	return row.reason
}

func findErrcode(fits func(errcodeRow) bool) (row errcodeRow, found bool) {
	if i := slices.IndexFunc(errcodes, fits); i >= 0 {
		return errcodes[i], true
	}
	return errcodeRow{}, false
}

// tableCode returns the code under which the table has a code.
func tableCode(code string) string {
	if code == "" || isInTable(code) {
		return code
	}
	if status, ok := strings.CutPrefix(code, codeHTTP); ok {
		if hundreds := codeHTTP + status[:min(1, len(status))] + "xx"; len(status) == 3 && isInTable(hundreds) {
			return hundreds
		}
		return codeHTTPOther
	}
	return codeUnknown
}

func isInTable(code string) bool {
	_, found := findErrcode(func(row errcodeRow) bool { return slices.Contains(row.codes, code) })
	return found
}

// exchangeCode returns the code under which an exchange is counted. There are not many,
// whatever a server sends.
func exchangeCode(code string) string {
	if status, ok := strings.CutPrefix(code, codeHTTP); ok {
		if n, err := strconv.Atoi(status); err != nil || http.StatusText(n) == "" {
			return codeHTTPOther
		}
		return code
	}
	if code == codeSuccess {
		return code
	}
	return tableCode(code)
}
