// LArCV
