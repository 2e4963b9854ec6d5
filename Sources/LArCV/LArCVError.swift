import Files

/// Why a larcv3 file could not be read or written, in one sentence.
public typealias LArCVError = FileError
