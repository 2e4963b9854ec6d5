"""Turns PyTorch checkpoints of CosmicTagger into those of Submanifold."""
