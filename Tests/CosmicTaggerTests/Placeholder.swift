// CosmicTaggerTests
