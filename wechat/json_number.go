package wechat

import (
	"math"
	"strconv"
	"strings"
)

// maxCount is the largest number that JSON and Prometheus carry exactly.
const maxCount = 1 << 53

// count returns a number, which may be written as a string, rounded to the nearest
// whole; false for anything but a number from 0 to maxCount.
func count(value []byte) (int64, bool) {
	if n, ok := plainDigits(value); ok {
		return n, true
	}
	digits := digitsOf(value)
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return n, n >= 0 && n <= maxCount
	}
	f, ok := parseDecimal(digits)
	return int64(math.Round(f)), ok
}

// plainDigits returns a number that is written as almost all are: in at most 15 digits.
func plainDigits(value []byte) (n int64, ok bool) {
	for _, c := range value {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, len(value) > 0 && len(value) <= 15
}

// decimal returns a number, which may be written as a string; false for anything but a
// number from 0 to maxCount.
func decimal(value []byte) (float64, bool) {
	return parseDecimal(digitsOf(value))
}

// integer returns a whole number from -maxCount to maxCount, which may be written as a string
// and with decimals.
func integer(value []byte) (int64, bool) {
	digits := digitsOf(value)
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return n, true
	}
	magnitude, negative := strings.CutPrefix(digits, "-")
	f, ok := parseDecimal(magnitude)
	if !ok || f != math.Trunc(f) {
		return 0, false
	}
	if negative {
		f = -f
	}
	return int64(f), true
}

// digitsOf returns how a number is written, be it as a string or not.
func digitsOf(value []byte) string {
	if len(value) == 0 || value[0] != '"' {
		return string(value)
	}
	text, _ := exactText(value)
	return strings.TrimSpace(text)
}

func parseDecimal(digits string) (float64, bool) {
	// ParseFloat also takes words such as NaN and hexadecimal numbers.
	if strings.Trim(digits, "0123456789+-.eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || f < 0 || f > maxCount {
		return 0, false
	}
	return f, true
}
