import CHDF5

extension HDF5Handle {
  /// Opens a file for reading, through the driver that reads nothing beyond the file's end.
  static func openCheckedFile(_ path: String) -> HDF5Handle? {
    guard let driver = checkedDriver,
      let access = HDF5Handle(H5Pcreate(submanifold_h5_file_access()))
    else { return nil }
    return access.openFile(path, through: driver)
  }

  /// Registered once, and never given back.
  private static let checkedDriver: hid_t? = {
    let driver = submanifold_h5_register_checked_driver()
    return driver < 0 ? nil : driver
  }()

  private func openFile(_ path: String, through driver: hid_t) -> HDF5Handle? {
    guard H5Pset_driver(identifier, driver, nil) >= 0 else { return nil }
    return HDF5Handle(H5Fopen(path, submanifold_h5_read_only(), identifier))
  }
}
