package wechat

import "time"

// UsuallyPublished is how long after the begin of a day its numbers are usually published:
// at 10:00 in Shanghai of the next one.
const UsuallyPublished = 34 * time.Hour
