// LArTPCSimulation
