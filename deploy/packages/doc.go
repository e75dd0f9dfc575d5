// Package packages holds what the deb and rpm packages are made of, and their tests.
package packages
