import Foundation

/// Memory for the pairs that an index finds: a list for each step, with a column of rows that are
/// read and one of rows that are written.
///
/// Indices write without asking which pairs there will be: every list has room for all rows and one
/// pair more, so that a pair may be written first and kept only where it is one.
public final class PairLists {
  /// Number of lists.
  public let count: Int

  /// How far a pair's written row lies behind the row that is read.
  let columnDistance: Int

  private let memory: UnsafeMutablePointer<Int32>
  private let listDistance: Int

  /// Where each list goes on.
  let ends: UnsafeMutablePointer<UnsafeMutablePointer<Int32>>

  /// Empty lists with room for so many rows each.
  ///
  /// Memory that no pair needs is never touched.
  ///
  /// - Parameter spare: lists behind the others, to write to what is not wanted.
  init(count: Int, rows: Int, spare: Int = 0) {
    self.count = count
    let all = count + spare
    // Lists that begin at the same place of a page would push each other out of the cache.
    listDistance = rows < 1024 ? (rows + 32) & ~15 : (rows + 1024) / 1024 * 1024 + 80
    columnDistance = listDistance * all + 48
    let bytes = 2 * columnDistance * MemoryLayout<Int32>.stride
    memory = LargeMemory.allocate(Int32.self, count: 2 * columnDistance, bytes: bytes)
    ends = .allocate(capacity: max(all, 1))
    for list in 0..<all { (ends + list).initialize(to: memory + list * listDistance) }
  }

  deinit {
    ends.deallocate()
    free(memory)
  }

  /// The rows of a list that are read.
  func inputs(_ list: Int) -> UnsafeBufferPointer<Int32> {
    let start = memory + list * listDistance
    return UnsafeBufferPointer(start: start, count: ends[list] - start)
  }

  /// The rows of a list that are written.
  func outputs(_ list: Int) -> UnsafeBufferPointer<Int32> {
    let start = memory + list * listDistance
    return UnsafeBufferPointer(start: start + columnDistance, count: ends[list] - start)
  }

  /// Lets `fill` write a whole list and say how many pairs it has.
  func fill(
    _ list: Int,
    _ fill: (_ inputs: UnsafeMutablePointer<Int32>, _ outputs: UnsafeMutablePointer<Int32>) -> Int
  ) {
    let start = memory + list * listDistance
    ends[list] = start + fill(start, start + columnDistance)
  }

  /// The lists as arrays, for tests and printing.
  var pairs: [SitePairs] {
    (0..<count).map {
      SitePairs(inputRows: Array(inputs($0)), outputRows: Array(outputs($0)))
    }
  }
}

/// Memory of many pages.
enum LargeMemory {
  /// From this size on the kernel is asked for large pages: it hands memory out page by page, and
  /// small ones then cost as much as finding the pairs that go into them.
  static let advisedBytes = 8 << 20

  /// Memory without content, to be given back with `free`.
  static func allocate<Element>(
    _ type: Element.Type, count: Int, bytes: Int
  ) -> UnsafeMutablePointer<Element> {
    guard let memory = malloc(max(bytes, 1)) else {
      // As with any Swift allocation, there is no way on without memory.
      preconditionFailure("out of memory for \(bytes) bytes of rulebook")
    }
    advise(memory, bytes: bytes)
    return memory.bindMemory(to: type, capacity: max(count, 1))
  }

  /// Asks for large pages where memory that was not touched yet is large.
  static func advise(_ memory: UnsafeMutableRawPointer, bytes: Int) {
    #if os(Linux)
      guard bytes >= advisedBytes else { return }
      let page = 4096
      let first = (Int(bitPattern: memory) + page - 1) & ~(page - 1)
      let end = (Int(bitPattern: memory) + bytes) & ~(page - 1)
      guard let start = UnsafeMutableRawPointer(bitPattern: first), end > first else { return }
      // Advice only: a kernel that does not follow it gives small pages as before.
      _ = madvise(start, end - first, Int32(MADV_HUGEPAGE))
    #endif
  }

  /// An array that `fill` writes all of.
  static func array<Element>(
    _ type: Element.Type, count: Int, _ fill: (UnsafeMutablePointer<Element>) -> Void
  ) -> [Element] {
    [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress, count > 0 {
        advise(base, bytes: count * MemoryLayout<Element>.stride)
        fill(base)
      }
      initialized = count
    }
  }
}
