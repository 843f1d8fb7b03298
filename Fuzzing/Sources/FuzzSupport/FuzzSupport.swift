#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ends the process where something that must hold does not: the fuzzer then keeps the input.
public func check(_ condition: Bool, _ words: @autoclosure () -> String) {
  if !condition {
    let line = words() + "\n"
    _ = line.withCString { write(2, $0, strlen($0)) }
    abort()
  }
}

/// Hands out the bytes of an input as choices, then zeros.
public struct Choices {
  private var bytes: ArraySlice<UInt8>

  public init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
  }

  /// From 0 to `count` − 1; 0 where there is nothing to choose from.
  public mutating func next(_ count: Int) -> Int {
    guard count > 1 else { return 0 }
    let high = Int(bytes.popFirst() ?? 0)
    let low = count > 256 ? Int(bytes.popFirst() ?? 0) : 0
    return (count > 256 ? high << 8 | low : high) % count
  }
}

/// The input cut at its first zero bytes, into `count` parts of which the last may hold more of them.
public func parts(_ input: UnsafeBufferPointer<UInt8>, _ count: Int) -> [[UInt8]] {
  var parts = input.split(separator: 0, maxSplits: count - 1, omittingEmptySubsequences: false).map(Array.init)
  while parts.count < count { parts.append([]) }
  return parts
}
