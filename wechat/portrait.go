package wechat

import "strings"

// Metric is what a portrait counts.
type Metric string

// The metrics of the user portrait.
const (
	VisitUVNew Metric = "visit_uv_new" // users who came for the first time
	VisitUV    Metric = "visit_uv"     // users who came
)

// Metrics returns all metrics, in alphabetical order.
func Metrics() []Metric { return []Metric{VisitUV, VisitUVNew} }

// Dimension is a property by which a portrait divides the users. WeChat's plural
// keys (genders, platforms, devices, ages) are named in the singular here.
type Dimension string

// The dimensions of the user portrait.
const (
	Province Dimension = "province"
	City     Dimension = "city"
	Gender   Dimension = "gender"
	Platform Dimension = "platform"
	Device   Dimension = "device"
	Age      Dimension = "age"
)

// Page is not a dimension of the user portrait. Limits of the number of pages are named so.
const Page Dimension = "page"

// Dimensions returns all dimensions, in alphabetical order.
func Dimensions() []Dimension { return []Dimension{Age, City, Device, Gender, Platform, Province} }

// Breakdown names one list of a portrait.
type Breakdown struct {
	Metric    Metric
	Dimension Dimension
}

// Row is one line of a list: how many users have a property.
type Row struct {
	Name  string // as WeChat sends it: valid UTF-8, 1 to 256 bytes
	Users int64  // de-duplicated within the window, 0 or more
}

// Portrait is one answer of WeChat: who the users of a window are.
type Portrait struct {
	// Answer holds the bytes that WeChat sent. They must not be changed.
	Answer []byte
	// RefDate is the window as WeChat names it in the answer. The forms yyyymmdd and
	// yyyymmdd-yyyymmdd are documented, but the documented sample of seven days names
	// a single one.
	RefDate string
	// Rows holds the lists, each with every name once, in the order of the answer.
	// Lists without rows are absent.
	Rows map[Breakdown][]Row
	// Merged counts the rows whose name was already in their list; their users were added
	// to the first row of that name.
	Merged int
	// Rejected counts the rows that were left out because their name or number was not
	// usable, or because 20,000 rows stood before them in their list.
	Rejected int
}

// Empty reports whether the portrait has no rows. This is WeChat's answer for a day that
// is not published yet and for a day without users (reported).
func (p *Portrait) Empty() bool { return len(p.Rows) == 0 }

// Covers reports whether RefDate agrees with the window that was asked for. Dates
// may have hyphens inside (reported), and a single day may stand for the window that
// begins or ends with it (documented sample). A disagreement deserves a warning, not an
// error: the window is known from the request.
func (p *Portrait) Covers(w Window) bool {
	first, last := w.FirstDay().String(), w.End.String()
	switch strings.ReplaceAll(p.RefDate, "-", "") {
	case first, last, first + last:
		return true
	}
	return false
}
