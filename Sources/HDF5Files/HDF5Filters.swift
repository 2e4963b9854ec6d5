import CHDF5

/// How chunks are packed.
extension HDF5Handle {
  /// A filter of a dataset beside deflate, shuffle and checksums, in words; nil when there is none.
  ///
  /// HDF5 itself fails on filters it does not have, but only when a chunk is read, and by the number
  /// alone.
  package var foreignFilter: String? {
    HDF5Handle(H5Dget_create_plist(identifier))?.foreignFilterOfCreation
  }

  private var foreignFilterOfCreation: String? {
    let count = H5Pget_nfilters(identifier)
    guard count >= 0 else { return "filters that cannot be listed" }
    for index in 0..<UInt32(count) {
      var (flags, settings): (UInt32, UInt32) = (0, 0)
      var settingCount = 0
      let filter = H5Pget_filter2(
        identifier, index, &flags, &settingCount, nil, 0, nil, &settings)
      guard filter >= 0 else { return "filters that cannot be listed" }
      guard [H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32].contains(filter)
      else { return Self.name(ofFilter: filter) }
    }
    return nil
  }

  /// Names by which those who chose a filter know it, from HDF5's list of registered filters.
  private static func name(ofFilter filter: H5Z_filter_t) -> String {
    let names: [H5Z_filter_t: String] = [
      H5Z_FILTER_SZIP: "szip", H5Z_FILTER_NBIT: "n-bit", H5Z_FILTER_SCALEOFFSET: "scale-offset",
      307: "bzip2", 32_000: "LZF", 32_001: "Blosc", 32_004: "LZ4", 32_008: "bitshuffle",
      32_013: "ZFP", 32_015: "Zstandard", 32_026: "Blosc2",
    ]
    return names[filter].map { "the filter \($0)" } ?? "filter \(filter)"
  }
}
