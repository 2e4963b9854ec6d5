// GoldenFiles
