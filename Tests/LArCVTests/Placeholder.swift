// LArCVTests
