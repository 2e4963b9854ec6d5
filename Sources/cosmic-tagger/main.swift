print("cosmic-tagger")
