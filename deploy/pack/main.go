// Command pack writes the Helm chart as an archive, with the version of the release.
//
//	pack FOLDER CHART-VERSION APP-VERSION INTO
package main

import (
	"fmt"
	"os"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
)

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: pack FOLDER CHART-VERSION APP-VERSION INTO")
		os.Exit(2)
	}
	if err := pack(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func pack(folder, chartVersion, appVersion, into string) error {
	loaded, err := loader.LoadDir(folder)
	if err != nil {
		return err
	}
	loaded.Metadata.Version, loaded.Metadata.AppVersion = chartVersion, appVersion
	_, err = chartutil.Save(loaded, into)
	return err
}
