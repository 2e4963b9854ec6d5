// SitesTests
