package wechat

// Token servers wrap their answers in one of these ways, among others:
//
//	{"errcode":0,"data":{"access_token":"76_…","expires_in":7200}}
//	{"code":200,"msg":"ok","data":{"accessToken":"76_…","expiresIn":7200}}
//	{"success":true,"result":"76_…"}
//
// The token is looked for at the top first, then in data, then in result. A code other than 0
// and 200, or no success, means that there is none.

// tokenFields returns the fields of an answer of a token server in which the token stands.
func tokenFields(top object) object {
	code, hasCode := integer(top.get("code"))
	if hasCode && code != 0 && code != 200 || string(top.get("success")) == "false" {
		return top
	}
	for _, fields := range []object{top, wrapped(top.get("data")), wrapped(top.get("result"))} {
		if fields.firstOf(tokenKeys()) != nil {
			return fields
		}
	}
	return top
}

// wrapped returns the fields of a value that is an object, or a token alone as one.
func wrapped(value []byte) object {
	switch {
	case isNull(value):
	case value[0] == '{':
		return membersOf(value)
	case value[0] == '"':
		return object{{[]byte("access_token"), value}}
	}
	return nil
}

func tokenKeys() []string { return []string{"access_token", "accessToken"} }
func lifeKeys() []string  { return []string{"expires_in", "expiresIn"} }

// firstOf returns the value of the first of the keys that has one.
func (o object) firstOf(keys []string) []byte {
	for _, key := range keys {
		if value := o.get(key); !isNull(value) {
			return value
		}
	}
	return nil
}
