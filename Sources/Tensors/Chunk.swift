import Foundation

/// One piece of memory from the system, freed with its last reference.
final class Chunk: TensorMemory {
  /// Floats in a cache line of 64 bytes: rows of different tensors never share one.
  static let alignment = 16

  /// What the kernel hands out at a time where it is asked for large pages.
  private static let largePage = 2 << 20

  let base: UnsafeMutablePointer<Float>
  let floats: Int

  /// Memory without content, in large pages if it fills several.
  ///
  /// A step goes through hundreds of megabytes. In small pages the processor would look up a place in
  /// the page table for every few rows, and in a virtual machine in two of them.
  init(floats: Int) {
    self.floats = floats
    let bytes = max(floats, 1) * MemoryLayout<Float>.stride
    let isLarge = bytes >= 2 * Self.largePage
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: bytes,
      alignment: isLarge ? Self.largePage : Chunk.alignment * MemoryLayout<Float>.stride)
    #if os(Linux)
      // Advice only: a kernel that does not follow it gives small pages. The last large page is left
      // out if it would not be filled.
      let advised = bytes / Self.largePage * Self.largePage
      if isLarge { _ = madvise(memory, advised, Int32(MADV_HUGEPAGE)) }
    #endif
    base = memory.bindMemory(to: Float.self, capacity: max(floats, 1))
  }

  deinit {
    UnsafeMutableRawPointer(base).deallocate()
  }
}
