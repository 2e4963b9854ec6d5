import Foundation

/// The memory of this process, as the system counts it.
package enum MemoryUse {
  /// The most bytes that were resident at once, since the start or `forgetPeak`.
  package static var peakResidentBytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    if let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({
      Int($0)
    }) {
      return kilobytes << 10
    }
    // Systems without that file count since the start.
    var usage = rusage()
    #if canImport(Darwin)
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #else
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss << 10
    #endif
  }

  /// Begins to count the peak anew, where the system lets a process do so.
  package static func forgetPeak() {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    try? file.write(contentsOf: Data("5".utf8))
    try? file.close()
  }

  /// Lets the process keep memory that it frees, for the next batch.
  ///
  /// The columns of rulebooks are many megabytes, made and freed with every batch. Given back each
  /// time, the kernel clears their pages anew each time, which takes as long as all the rest of a
  /// large plan. Memory in use at once stays the same.
  package static func keepFreedMemory() {
    #if canImport(Glibc)
      // A function of <malloc.h>, which Swift's Glibc leaves out, as it does these two numbers.
      typealias SetOption = @convention(c) (Int32, Int32) -> Int32
      let (trimmedSize, mostMappedBlocks): (Int32, Int32) = (-1, -4)
      guard let symbol = dlsym(nil, "mallopt") else { return }
      let setOption = unsafeBitCast(symbol, to: SetOption.self)
      // Large blocks come from the heap too, and the heap does not shrink.
      _ = setOption(mostMappedBlocks, 0)
      _ = setOption(trimmedSize, -1)
    #endif
  }
}
