// CosmicTagger
