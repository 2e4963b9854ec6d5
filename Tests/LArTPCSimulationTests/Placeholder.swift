// LArTPCSimulationTests
