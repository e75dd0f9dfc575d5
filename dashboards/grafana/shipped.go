package grafana

// shippedAlerts are the uids of all alerts that any version had. Grafana keeps a provisioned
// alert that is no longer in the file, and lets nobody delete it, unless the file says that it
// is deleted. A uid never leaves this list.
func shippedAlerts() []string {
	return []string{
		"wxapp-activeusersdown", "wxapp-addressnotallowed", "wxapp-answernotunderstood", "wxapp-archivefailing",
		"wxapp-compositionshifted", "wxapp-confirmationpending", "wxapp-credentialsrefused", "wxapp-datastale",
		"wxapp-dayabouttobelost", "wxapp-daylost", "wxapp-exporterabsent", "wxapp-newusersdown",
		"wxapp-permissionmissing", "wxapp-pushfailing", "wxapp-quotaexhausted", "wxapp-quotarunningout",
		"wxapp-reloadfailed", "wxapp-retentiondown", "wxapp-sessionsdown", "wxapp-sharecollapsed",
		"wxapp-sourcevanished", "wxapp-tokenrefused", "wxapp-wechatbusy",
	}
}

// deletedAlerts returns those of the shipped alerts that groups do not have any more.
func deletedAlerts(groups []alertGroup) []deletedAlert {
	kept := map[string]bool{}
	for _, group := range groups {
		for _, rule := range group.Rules {
			kept[rule.UID] = true
		}
	}
	var deleted []deletedAlert
	for _, uid := range shippedAlerts() {
		if !kept[uid] {
			deleted = append(deleted, deletedAlert{OrgID: 1, UID: uid})
		}
	}
	return deleted
}
